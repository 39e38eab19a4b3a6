import { setTimeout as sleep } from "node:timers/promises";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { FLAG, moment, parsed, TEXT, wholeNumber } from "../arguments";
import { type Command, type Io, UsageError } from "../command";
import { formatAnswer } from "../output";
import { clientConfig, TARGET_HELP, TARGET_OPTIONS, type Target, targetOf } from "../target";
import { failedBatches } from "./failed";
import { invokeWith } from "./invoker";
import { Marks } from "./marks";
import { type Manner, newTally, type Ports, replayAll, type Tally } from "./run";

const HELP = `Usage: npx iot replay failed [--since TIME] [--until TIME] [options]

Hands records to the processor once more, as they first arrived: their keys, expiry and verdicts stay theirs, and a reading that
is stored already stays one. What was replayed is marked in the archive bucket, under replayed/, and passed over next time; the
originals stay until their lifecycle ends.

  failed         batches that the event source mapping gave up, by when it did

  --since TIME     from then on: so long ago (15m, 1h, 7d), or 2026-01-31T08:00Z (default: all that is kept)
  --until TIME     before then
  --again          what was replayed before, too
  --dry-run        only count what would be replayed; changes nothing
  --rate N         records a second at most (default: as fast as one invocation after the other goes)
${TARGET_HELP}  --json           the result as one JSON object
  --help           this text

The result counts records: "recovered" are stored now, "rejected" are set aside by the function (once more, where they were
before), "failed" are neither: the next replay takes them again. "unusable" cannot be replayed; "replayedBefore" was passed
over (of failed batches, the batches). The exit status is 1 where any failed or is unusable, and 130 after Ctrl-C, which waits
for the invocation at hand and marks what it did.
`;

/** What is read and marked, and with whom. */
export interface Session {
  readonly target: Target;
  readonly s3: S3Client;
  readonly bucket: string;
  readonly marks: Marks;
  readonly tally: Tally;
  readonly manner: Manner;
  readonly ports: Ports;
  readonly from: number;
  readonly until: number;
  readonly again: boolean;
}

const SOURCES: Readonly<Record<string, (session: Session) => Promise<void>>> = { failed };

/** `iot replay`: what was not stored, once more. */
export const replay: Command = {
  name: "replay",
  summary: "hands what was not stored to the processor once more",
  help: HELP,
  async run(args, io) {
    const { values, positionals } = parsed({
      args: [...args],
      allowPositionals: true,
      options: { ...TARGET_OPTIONS, since: TEXT, until: TEXT, again: FLAG, "dry-run": FLAG, rate: TEXT, json: FLAG },
    });
    const [what = "", ...others] = positionals;
    const source = Object.hasOwn(SOURCES, what) ? SOURCES[what] : undefined;
    if (source === undefined || others.length > 0)
      throw new UsageError(`say what to replay: one of ${Object.keys(SOURCES).join(", ")}`);
    const now = Date.now();
    const from = values.since === undefined ? 0 : moment("--since", values.since, now);
    const until = values.until === undefined ? Number.POSITIVE_INFINITY : moment("--until", values.until, now);
    const rate =
      values.rate === undefined ? Number.POSITIVE_INFINITY : wholeNumber("--rate", values.rate, 1, 1_000_000);
    const dryRun = values["dry-run"] ?? false;
    const target = await targetOf(values);
    const s3 = new S3Client(clientConfig(target));
    const bucket = target.output("s3_bucket_name");
    const marks = new Marks(s3, bucket, Date.now);
    const tally = newTally();
    const ports = portsOf(io);
    const manner = { dryRun, rate };
    await source({ target, s3, bucket, marks, tally, manner, ports, from, until, again: values.again ?? false });
    io.note(summaryOf(tally, dryRun, io.signal.aborted));
    io.result(
      formatAnswer(
        {
          columns: [...(dryRun ? ["dryRun"] : []), ...Object.keys(tally)],
          rows: [[...(dryRun ? [true] : []), ...Object.values(tally)]],
        },
        values.json ? "json" : "table",
      ),
    );
    if (io.signal.aborted) return 130;
    return tally.failed + tally.unusable > 0 ? 1 : 0;
  },
};

function failed({ target, s3, marks, tally, manner, ports, ...question }: Session): Promise<void> {
  return replayAll(failedBatches(s3, question, marks, tally, ports), invokerOf(target), tally, manner, ports);
}

function invokerOf(target: Target) {
  return invokeWith(new LambdaClient(clientConfig(target)), target.output("lambda_function_name"));
}

function portsOf(io: Io): Ports {
  return {
    io,
    now: Date.now,
    sleep: async (ms) => {
      if (ms > 0) await sleep(ms, undefined, { signal: io.signal }).catch(() => {});
    },
  };
}

/** A sentence for a person. */
export function summaryOf(tally: Tally, dryRun: boolean, stopped: boolean): string {
  const { records, recovered, rejected, failed, unusable } = tally;
  if (dryRun) return `${records} records would be replayed; nothing was changed`;
  if (stopped) return `stopped; "iot replay" goes on where it was`;
  if (records + unusable === 0) return "nothing is left to replay";
  return `${recovered} of ${records} records recovered, ${rejected} rejected, ${failed} failed`;
}
