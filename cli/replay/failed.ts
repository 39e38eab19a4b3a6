import { defineCommand } from "../kit/command";
import { optional } from "../kit/options";
import { periodOf } from "../kit/time";
import { time } from "../kit/values";
import { failedBatches } from "./failed-batches";
import { replayAll } from "./run";
import { invokerOf, REPLAY_OPTIONS, replayFrom } from "./session";

/** `iot replay failed`: batches that the event source mapping gave up. */
export const replayFailed = defineCommand({
  name: "failed",
  summary: "replay batches that the event source mapping gave up",
  description: "Replays the batches that the event source mapping gave up, as they first arrived.",
  examples: ["--dry-run", "--since 2h --stack dev"],
  options: {
    since: optional(time, "given up from then on", { absent: "all that are kept" }),
    until: optional(time, "given up before then"),
    ...REPLAY_OPTIONS,
  },
  changes: true,
  async run({ again, ...values }, io) {
    const period = periodOf(values);
    return replayFrom("failed", { again, ...values }, io, ({ target, s3, bucket, marks, tally, manner, deps }) => {
      const functionName = target.output("lambda_function_name");
      const batches = failedBatches(s3, { bucket, functionName, ...period, again }, marks, tally, deps);
      return replayAll(batches, invokerOf(target), tally, manner, deps);
    });
  },
});
