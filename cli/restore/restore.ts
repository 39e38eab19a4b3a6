import { setTimeout as sleep } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import { type ArchivedObject, archivedObjects } from "../../stores/archived-objects";
import { PRICES_DATES } from "../cost/prices";
import { defineCommand } from "../kit/command";
import { flag, optional, type Values, withDefault } from "../kit/options";
import { counted, formatAnswer, JSON_OPTION } from "../kit/output";
import { unlessStopped } from "../kit/stopped";
import { clientConfig, TARGET_OPTIONS, targetOf } from "../kit/target";
import type { Io } from "../kit/terminal";
import { arrivalHours } from "../kit/time";
import { UsageError } from "../kit/usage-error";
import { oneOf, time, wholeNumber } from "../kit/values";
import { type Estimate, estimate, TIERS, type TierName } from "./estimate";
import { requestRestores } from "./request-restores";

const POLL_MS = 60_000;
const TIER_NAMES = Object.keys(TIERS) as TierName[];

const OPTIONS = {
  since: optional(time, "from the hour of arrival of this time", { excludes: ["from"] }),
  until: optional(time, "before this time", { excludes: ["to"] }),
  from: optional(time, "older name of --since"),
  to: optional(time, "instead of --until: the last hour or day, itself included"),
  tier: withDefault(
    oneOf("NAME", TIER_NAMES),
    "standard",
    "standard (3 to 12 hours), bulk (5 to 48, cheapest) or expedited (minutes; not from Deep Archive)",
  ),
  days: withDefault(wholeNumber(1, 365), "7", "days that the copies stay"),
  yes: flag("do not ask"),
  wait: flag("stay until everything is readable"),
  status: flag("only show how far it is; the status is 1 until all is readable", { excludes: ["yes", "wait"] }),
  ...TARGET_OPTIONS,
  ...JSON_OPTION,
};

/** `iot restore`: readable copies of objects in Glacier. */
export const restore = restoreEvery(POLL_MS);

/** The command, with the milliseconds between two looks while it waits. */
export function restoreEvery(pollMs: number) {
  return defineCommand({
    name: "restore",
    summary: "make archived hours in Glacier readable again",
    description:
      "Makes objects in Glacier readable again for some days, for Athena too. It first shows how much that is, what it costs " +
      "and how long it takes, and asks. Nothing is requested twice from S3.",
    examples: [
      "--since 2026-01-31T08:00Z --until 2026-01-31T10:00Z",
      "--since 2026-01-31 --until 2026-02-01 --yes --wait",
    ],
    usage: ["--since TIME --until TIME [options]"],
    options: OPTIONS,
    changes: true,
    run: (values, io) => restoreHours(values, io, pollMs),
  });
}

async function restoreHours(values: Values<typeof OPTIONS>, io: Io, pollMs: number): Promise<number> {
  const { first, last } = hoursOf(values);
  const target = await targetOf(values);
  const s3 = new S3Client(clientConfig(target));
  const bucket = target.output("s3_bucket_name");
  const list = () => unlessStopped(archivedObjects(s3, bucket, first, last), io.signal);
  let objects = await list();
  const archived = objects.filter(({ state }) => state === "archived");
  if (!values.status && archived.length > 0) {
    if (!(await request(archived, { s3, bucket }, values, io))) return 1;
    objects = await list();
  }
  while (values.wait && !objects.every(({ state }) => state === "ready")) {
    io.progress(`${objects.filter(({ state }) => state === "ready").length} of ${objects.length} objects are readable`);
    await sleep(pollMs, undefined, { signal: io.signal });
    objects = await list();
  }
  const isReady = report(objects, values.json, io);
  return isReady || !(values.status || values.wait) ? 0 : 1;
}

/** @throws UsageError where an end is missing, or the hours end before they begin */
function hoursOf({ since, until, from, to }: Values<typeof OPTIONS>) {
  if ((since ?? from) === undefined || (until ?? to) === undefined)
    throw new UsageError(
      '"--since" and "--until" are required, for example --since 2026-01-31T08:00Z --until 2026-01-31T10:00Z',
    );
  return arrivalHours({ since, until, from, to }, { from: 0, until: 0 });
}

/** Says what the copies cost, asks, and requests them. Resolves with whether all of them are requested. */
async function request(
  archived: readonly ArchivedObject[],
  { s3, bucket }: { readonly s3: S3Client; readonly bucket: string },
  { tier, days, yes }: { readonly tier: TierName; readonly days: number; readonly yes: boolean },
  io: Io,
): Promise<boolean> {
  const estimates = estimate(archived, tier, days);
  if (estimates === undefined)
    throw new UsageError(
      '"--tier" must be standard or bulk for objects in Deep Archive, got "expedited". Fix: add "--tier standard"',
    );
  explain(estimates, days, io);
  if (!(yes || (await io.confirm("Request them?")))) {
    io.note("nothing was requested");
    return false;
  }
  const onProgress = (done: number) => io.progress(`requested ${done} of ${archived.length}`);
  const requested = await requestRestores(s3, bucket, archived, { tier, days }, onProgress, io.signal);
  for (const [why, count] of requested.refused) io.note(`refused: ${counted(count, "object")}: ${why}`);
  io.note(`${requested.accepted} of ${archived.length} objects are requested`);
  return requested.refused.size === 0;
}

/** Size, duration and cost of the copies, before they are requested. */
function explain(estimates: readonly Estimate[], days: number, io: Io): void {
  const rows = estimates.map(({ glacier, objects, gb, takes, usd }) => [
    glacier,
    objects,
    gb.toFixed(gb < 1 ? 3 : 1),
    takes,
    dollars(usd),
  ]);
  const usd = estimates.reduce((sum, each) => sum + each.usd, 0);
  io.note(formatAnswer({ columns: ["class", "objects", "GB", "takes", "USD"], rows }, "table"));
  io.note(
    `About ${dollars(usd)} US dollars in total, including the copies in S3 Standard for ${days} days (prices of ${PRICES_DATES}, some of them estimates).`,
  );
}

function dollars(usd: number): string {
  return usd > 0 && usd < 0.01 ? "0.01 at most" : usd.toFixed(2);
}

/** Prints how far it is, and returns whether all objects are readable. */
function report(objects: readonly ArchivedObject[], json: boolean, io: Io): boolean {
  const count = (state: ArchivedObject["state"]) => objects.filter((object) => object.state === state).length;
  const until = objects.flatMap(({ readyUntil }) => readyUntil ?? []).sort((left, right) => +left - +right)[0];
  const [ready, underWay, archived] = [count("ready"), count("under way"), count("archived")];
  const isReady = ready === objects.length;
  if (json) {
    io.result(JSON.stringify({ objects: objects.length, ready, underWay, archived, readyUntil: until?.toISOString() }));
  } else if (objects.length === 0) {
    io.result("no objects in these hours");
  } else if (isReady) {
    const expiry = until === undefined ? "" : `, the first until ${until.toISOString()}`;
    io.result(`all readable: ${counted(objects.length, "object")}${expiry}`);
  } else {
    io.result(`${ready} of ${objects.length} objects are readable, ${underWay} under way, ${archived} in Glacier`);
  }
  return isReady;
}
