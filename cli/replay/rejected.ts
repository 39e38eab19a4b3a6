import { defineCommand } from "../kit/command";
import { flag, optional } from "../kit/options";
import { periodOf } from "../kit/time";
import { UsageError } from "../kit/usage-error";
import { text, time } from "../kit/values";
import { REASON } from "../rejected/filter";
import { CLOCK_REASONS, rejectedBatches } from "./rejected-batches";
import { replayAll } from "./run";
import { invokerOf, REPLAY_OPTIONS, replayFrom } from "./session";

/** `iot replay rejected`: rejected records, after a fix. */
export const replayRejected = defineCommand({
  name: "rejected",
  summary: "replay rejected records, after a fix of the processor or its bounds",
  description:
    "Replays rejected records as they first arrived, after a fix of the processor or of its bounds. With --as-arrived, a " +
    "reading with a wrong timestamp is stored at its arrival, like one without a timestamp.",
  examples: ["--reason value_out_of_range --since 1d", "--as-arrived --device sensor-001"],
  options: {
    since: optional(time, "arrived from then on", { absent: "all that are kept" }),
    until: optional(time, "arrived before then"),
    reason: optional(REASON, "rejected for this reason only"),
    device: optional(text("NAME", "a device's name"), "published by this device only"),
    asArrived: flag("store readings with a wrong timestamp at their arrival"),
    ...REPLAY_OPTIONS,
  },
  changes: true,
  async run({ reason, device, asArrived, again, ...values }, io) {
    const filter = { ...periodOf(values), reason, device };
    if (asArrived && reason !== undefined && !CLOCK_REASONS.some((each) => each === reason))
      throw new UsageError(
        `"--reason" must be ${CLOCK_REASONS.join(" or ")} beside "--as-arrived", got "${reason}". Fix: leave it out for both`,
      );
    return replayFrom("rejected", { again, ...values }, io, ({ target, s3, bucket, marks, tally, manner, deps }) => {
      const streamArn = target.output("kinesis_stream_arn");
      const question = { ...filter, bucket, streamArn, again, asArrived };
      const batches = rejectedBatches(s3, question, marks, tally, deps);
      return replayAll(batches, invokerOf(target, asArrived), tally, manner, deps);
    });
  },
});
