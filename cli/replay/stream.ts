import { DescribeStreamSummaryCommand, type KinesisClient } from "@aws-sdk/client-kinesis";
import { defineCommand } from "../kit/command";
import { optional, required } from "../kit/options";
import { periodOf } from "../kit/time";
import { time } from "../kit/values";
import { type ReplayDeps, replayAll } from "./run";
import { invokerOf, kinesisOf, REPLAY_OPTIONS, replayFrom } from "./session";
import { streamBatches } from "./stream-batches";

/** `iot replay stream`: all records of a period, while the stream keeps them. */
export const replayStream = defineCommand({
  name: "stream",
  summary: "replay all records of a period, while the stream keeps them",
  description:
    "Replays all records that arrived in a period, while the stream keeps them: for batches that not even the failure " +
    "destination took.",
  examples: ["--since 3h --until 1h", "--since 2026-01-31T08:00Z --dry-run"],
  options: {
    since: required(time, "arrived from then on", { aliases: ["from"] }),
    until: optional(time, "arrived before then", { aliases: ["to"], absent: "now" }),
    ...REPLAY_OPTIONS,
  },
  changes: true,
  async run({ again, ...values }, io) {
    const period = periodOf(values, { open: Date.now() });
    return replayFrom("stream", { again, ...values }, io, async ({ target, marks, tally, manner, deps }) => {
      const kinesis = kinesisOf(target);
      const streamArn = target.output("kinesis_stream_arn");
      await noteExpired(kinesis, streamArn, period.from, deps);
      const batches = streamBatches(kinesis, { ...period, streamArn, again }, marks, tally, deps);
      await replayAll(batches, invokerOf(target), tally, manner, deps);
    });
  },
});

/** Kinesis reads a period that begins before the stream does from the stream's beginning, without a word. */
async function noteExpired(
  kinesis: KinesisClient,
  streamArn: string,
  from: number,
  { io, now }: ReplayDeps,
): Promise<void> {
  const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamARN: streamArn }));
  const hours = StreamDescriptionSummary?.RetentionPeriodHours ?? 24;
  if (from < now() - hours * 3_600_000)
    io.note(`the stream keeps records for ${hours} h: it holds none that arrived before that`);
}
