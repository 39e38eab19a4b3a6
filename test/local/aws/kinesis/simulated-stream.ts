import { Stream, type StreamArgs } from "../../../../local/aws/kinesis/stream";

/** A stream whose clock and timers a test moves. */
export function simulatedStream(changes: Partial<StreamArgs> = {}) {
  const clock = { now: 1_767_225_600_000 };
  const due: (() => void)[] = [];
  const stream = new Stream({
    name: "iot-sensor-stream-dev",
    arn: "arn:aws:kinesis:sa-east-1:123456789012:stream/iot-sensor-stream-dev",
    shardCount: 4,
    retentionHours: 24,
    mode: "PROVISIONED",
    shardLevelMetrics: ["IncomingBytes"],
    kmsKeyId: "alias/aws/kinesis",
    tags: { Environment: "dev" },
    folder: undefined,
    now: () => clock.now,
    later: (_ms, then) => due.push(then),
    ...changes,
  });
  return {
    stream,
    clock,
    /** Ends what the stream is UPDATING for. */
    settle: () => {
      for (const then of due.splice(0)) then();
    },
  };
}
