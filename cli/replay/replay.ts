import { setTimeout as sleep } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import { REJECT_REASONS } from "../../contract/rejected";
import { FLAG, moment, orderedPeriod, parsed, TEXT, wholeNumber } from "../kit/arguments";
import { type Command, type Io, UsageError } from "../kit/command";
import { counted, formatAnswer } from "../kit/output";
import { clientConfig, TARGET_HELP, TARGET_OPTIONS, targetOf } from "../kit/target";
import { UnreadableObjects } from "../kit/unreadable-objects";
import { Marks } from "./marks";
import { CLOCK_REASONS } from "./rejected";
import { newTally, type Ports, type Tally } from "./run";
import { SOURCES } from "./sources";

const HELP = `Usage: npx iot replay failed [--since TIME] [--until TIME] [options]
       npx iot replay rejected [--reason CODE] [--device NAME] [--since TIME] [--until TIME] [options]
       npx iot replay stream --from TIME [--to TIME] [options]
       npx iot replay rule-errors [--since TIME] [--until TIME] [options]

Hands records to the processor once more, as they first arrived: their keys, expiry and verdicts stay theirs, and a reading that
is stored already stays one. Of two readings with the same device, type and time the one that arrived last counts: a replayed one
never replaces one that arrived after it. What was replayed is marked in the archive bucket, under replayed/, and passed over next time; the
originals stay until their lifecycle ends. The processor's metrics count what is replayed like anything else. What arrived longer
ago than the hot tier keeps readings (hotRetentionDays) is stored, and expires at once.

  failed         batches that the event source mapping gave up, by when it did
  rejected       what was set aside, by arrival: after a fix of the processor or of its bounds
  stream         all that arrived in a period, while the stream keeps it: for what no failure destination took
  rule-errors    messages that the rule could not put into the stream, by when it failed: they are put there now, and arrive anew:
                 such a reading replaces one with the same device, type and time that arrived since, and one without a timestamp
                 gets the time of now

  --since TIME     from then on: so long ago (15m, 1h, 7d), or 2026-01-31T08:00Z (default: all that is kept)
  --until TIME     before then
  --from, --to     of the stream: the period; without --to until now
  --reason CODE    what was set aside for this reason only
  --device NAME    what was set aside of this device only
  --as-arrived     what was set aside for its timestamp: stored at its arrival, as a reading without a timestamp
  --again          what was replayed before, too
  --dry-run        only count what would be replayed; changes nothing
  --rate N         records a second at most (default: as fast as one invocation after the other goes)
${TARGET_HELP}  --json           the result as one JSON object
  --help           this text

The result counts records: "recovered" are stored now (of rule errors: in the stream now), "rejected" were set aside by the function,
those that were before once more, "superseded" gave way to a reading with the same device, type and time that arrived later,
"failed" are none of these, and the next replay takes them again. "unusable" cannot be replayed (an object that cannot be read counts once);
"replayedBefore" was passed over (of failed batches, the batches). The exit status is 1 where any failed or is unusable, and 130
after Ctrl-C, which waits for the invocation at hand and marks what it did.
`;

/** `iot replay`: what was not stored, once more. */
export const replay: Command = {
  name: "replay",
  summary: "sends rejected, failed and undelivered records to the processor again",
  help: HELP,
  async run(args, io) {
    const { values, positionals } = parsed({
      args: [...args],
      allowPositionals: true,
      options: {
        ...TARGET_OPTIONS,
        since: TEXT,
        until: TEXT,
        from: TEXT,
        to: TEXT,
        reason: TEXT,
        device: TEXT,
        again: FLAG,
        "as-arrived": FLAG,
        "dry-run": FLAG,
        rate: TEXT,
        json: FLAG,
      },
    });
    const [what = "", ...others] = positionals;
    const source = Object.hasOwn(SOURCES, what) ? SOURCES[what] : undefined;
    if (source === undefined || others.length > 0)
      throw new UsageError(`say what to replay: one of ${Object.keys(SOURCES).join(", ")}`);
    for (const option of ["since", "until", "from", "to", "reason", "device", "as-arrived"] as const)
      if (values[option] !== undefined && !source.options.includes(option))
        throw new UsageError(`"--${option}" does not go with "replay ${what}"`);
    const { from, until } = periodOf(what, values, Date.now());
    const { reason, device, again = false, "as-arrived": asArrived = false, "dry-run": dryRun = false } = values;
    if (reason !== undefined && !Object.hasOwn(REJECT_REASONS, reason))
      throw new UsageError(`"--reason" must be a code that "iot rejected --help" lists, got "${reason}"`);
    if (asArrived && reason !== undefined && !CLOCK_REASONS.some((each) => each === reason))
      throw new UsageError(
        `"--reason" must be ${CLOCK_REASONS.join(" or ")} beside "--as-arrived", got "${reason}". Fix: leave it out for both`,
      );
    const rate =
      values.rate === undefined ? Number.POSITIVE_INFINITY : wholeNumber("--rate", values.rate, 1, 1_000_000);
    const target = await targetOf(values);
    const s3 = new S3Client(clientConfig(target));
    const bucket = target.output("s3_bucket_name");
    const marks = new Marks(s3, bucket, Date.now, new UnreadableObjects(io.note).add);
    const tally = newTally();
    const [ports, manner] = [portsOf(io), { dryRun, rate }];
    await source.replay({
      target,
      s3,
      bucket,
      marks,
      tally,
      manner,
      ports,
      from,
      until,
      reason,
      device,
      again,
      asArrived,
    });
    io.note(summaryOf(tally, dryRun, io.signal.aborted));
    io.result(formatAnswer(resultOf(what, tally, dryRun), values.json ? "json" : "table"));
    if (io.signal.aborted) return 130;
    return tally.failed + tally.unusable > 0 ? 1 : 0;
  },
};

type Times = Readonly<Partial<Record<"since" | "until" | "from" | "to", string>>>;

function periodOf(
  what: string,
  { since, until, from, to }: { [name in keyof Times]: string | undefined },
  now: number,
) {
  if (what !== "stream")
    return orderedPeriod({
      options: ["--since", "--until"],
      texts: [since, until],
      from: since === undefined ? 0 : moment("--since", since, now),
      until: until === undefined ? Number.POSITIVE_INFINITY : moment("--until", until, now),
    });
  if (from === undefined) throw new UsageError('"replay stream" needs "--from", such as --from 2h');
  return orderedPeriod({
    options: ["--from", "--to"],
    texts: [from, to],
    from: moment("--from", from, now),
    until: to === undefined ? now : moment("--to", to, now),
  });
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

function resultOf(replayed: string, tally: Tally, dryRun: boolean) {
  const result = { replayed, dryRun, ...tally };
  return { columns: Object.keys(result), rows: [Object.values(result)] };
}

/** A sentence for a person. */
function summaryOf(
  { records, recovered, rejected, superseded, failed, unusable }: Tally,
  dryRun: boolean,
  stopped: boolean,
) {
  if (stopped) return "stopped; the same command goes on from here";
  if (records + unusable === 0) return "nothing is left to replay";
  if (dryRun) return `${counted(records, "record")} would be replayed; nothing was changed`;
  const gaveWay = superseded > 0 ? `${superseded} superseded, ` : "";
  return `${recovered} of ${counted(records, "record")} recovered, ${rejected} rejected, ${gaveWay}${failed} failed`;
}
