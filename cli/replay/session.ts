import { setTimeout as sleep } from "node:timers/promises";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { flag, optional, type Values } from "../kit/options";
import { counted, formatAnswer, formatOf, JSON_OPTION } from "../kit/output";
import { clientConfig, TARGET_OPTIONS, type Target, targetOf } from "../kit/target";
import type { Io } from "../kit/terminal";
import { UnreadableObjects } from "../kit/unreadable-objects";
import { wholeNumber } from "../kit/values";
import { invokeWith } from "./invoker";
import { Marks } from "./marks";
import { type Manner, newTally, type ReplayDeps, type Tally } from "./run";

/** Options of every replay. */
export const REPLAY_OPTIONS = {
  again: flag("include records that were replayed before"),
  dryRun: flag("only count the records; change nothing"),
  rate: optional(wholeNumber(1, 1_000_000), "records per second at most", { absent: "no limit" }),
  ...TARGET_OPTIONS,
  ...JSON_OPTION,
};

/** One replay: the stack that it works on, and what it counts. */
export interface Session {
  readonly target: Target;
  /** A client for the archive bucket. */
  readonly s3: S3Client;
  /** The archive bucket. */
  readonly bucket: string;
  readonly marks: Marks;
  /** What the replay has done so far. */
  readonly tally: Tally;
  readonly manner: Manner;
  readonly deps: ReplayDeps;
}

/**
 * Runs a replay on the stack that the options name, and prints its counts, also where an error ends it. Resolves with the exit status:
 * 1 where a record failed or is unusable, 130 after Ctrl-C.
 * @param source What is replayed, as the result names it.
 * @throws UsageError for a wrong value, Error with the fix
 */
export async function replayFrom(
  source: string,
  values: Values<typeof REPLAY_OPTIONS>,
  io: Io,
  replay: (session: Session) => Promise<void>,
): Promise<number> {
  const target = await targetOf(values);
  const s3 = new S3Client(clientConfig(target));
  const bucket = target.output("s3_bucket_name");
  const marks = new Marks(s3, bucket, Date.now, new UnreadableObjects(io.note).add);
  const tally = newTally();
  const { dryRun, rate = Number.POSITIVE_INFINITY } = values;
  const session = { target, s3, bucket, marks, tally, manner: { dryRun, rate }, deps: depsOf(io) };
  const failure = await replay(session).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const end = io.signal.aborted ? "stopped" : failure === undefined ? "finished" : "failed";
  io.note(summaryOf(tally, dryRun, end));
  const result = { replayed: source, dryRun, ...tally };
  io.result(formatAnswer({ columns: Object.keys(result), rows: [Object.values(result)] }, formatOf(values)));
  if (failure !== undefined) throw failure.error;
  if (io.signal.aborted) return 130;
  return tally.failed + tally.unusable > 0 ? 1 : 0;
}

/** Invokes the stack's function as its event source mapping does. */
export function invokerOf(target: Target, asArrived = false) {
  return invokeWith(new LambdaClient(clientConfig(target)), target.output("lambda_function_name"), asArrived);
}

/** A client for the stack's stream. */
export function kinesisOf(target: Target): KinesisClient {
  return new KinesisClient(clientConfig(target));
}

function depsOf(io: Io): ReplayDeps {
  return {
    io,
    now: Date.now,
    sleep: async (ms) => {
      if (ms > 0) await sleep(ms, undefined, { signal: io.signal }).catch(() => {});
    },
  };
}

/** A sentence for a person. */
function summaryOf(
  { records, recovered, rejected, superseded, failed, unusable }: Tally,
  dryRun: boolean,
  end: "finished" | "stopped" | "failed",
): string {
  if (end === "stopped") return "stopped; run the same command to go on from here";
  if (end === "finished" && records + unusable === 0) return "nothing is left to replay";
  if (dryRun) return `${counted(records, "record")} would be replayed; nothing was changed`;
  const gaveWay = superseded > 0 ? `${superseded} superseded, ` : "";
  const counts = `${recovered} of ${counted(records, "record")} recovered, ${rejected} rejected, ${gaveWay}${failed} failed`;
  return end === "failed" ? `${counts}, before an error ended the replay` : counts;
}
