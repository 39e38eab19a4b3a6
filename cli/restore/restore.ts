import { setTimeout as sleep } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import { type ArchivedObject, archivedObjects } from "../../stores/archived-objects";
import { PRICES_DATES } from "../cost/prices";
import { FLAG, hour, parsed, TEXT, wholeNumber } from "../kit/arguments";
import { type Command, type Io, UsageError } from "../kit/command";
import { counted, formatAnswer } from "../kit/output";
import { clientConfig, TARGET_HELP, TARGET_OPTIONS, targetOf } from "../kit/target";
import { type Estimate, estimate, TIERS, type TierName } from "./estimate";
import { requestRestores } from "./request-restores";

const HELP = `Usage: npx iot restore --from HOUR --to HOUR [options]

Makes what is in Glacier readable again for some days, for Athena too. Says first how much it is, what it costs and how
long it takes, and asks. Asking for the same hours once more asks S3 for nothing twice.

  --from HOUR      first hour of arrival, UTC: 2026-01-31T08, 2026/01/31/08, or 2026-01-31 for the whole day
  --to HOUR        last hour of arrival, itself included
  --tier NAME      standard (3 to 12 hours), bulk (5 to 48, cheapest) or expedited (minutes; not from Deep Archive)
                   (default standard)
  --days COUNT     how long the copies stay (default 7)
  --yes            do not ask
  --wait           stay until everything is readable
  --status         ask for nothing, only tell how far it is; ends with 0 where everything is readable, else with 1
${TARGET_HELP}  --json           one JSON object
  --help           this text
`;

const POLL_MS = 60_000;

/** `iot restore`: what is in Glacier, made readable. */
export const restore: Command = {
  name: "restore",
  summary: "makes readings in Glacier readable again",
  help: HELP,
  run: (args, io) => restoreWith(args, io, POLL_MS),
};

/** @param pollMs Between two looks while it waits. */
export async function restoreWith(args: readonly string[], io: Io, pollMs: number): Promise<number> {
  const options = parse(args);
  const target = await targetOf(options);
  const s3 = new S3Client(clientConfig(target));
  const bucket = target.output("s3_bucket_name");
  const list = () => archivedObjects(s3, bucket, options.first, options.last);
  let objects = await list();
  if (!options.status) {
    const archived = objects.filter(({ state }) => state === "archived");
    const estimates = estimate(archived, options.tier, options.days);
    if (estimates === undefined)
      throw new UsageError(
        '"--tier expedited" is not for Deep Archive, and some objects are there: use standard or bulk',
      );
    if (archived.length > 0) {
      explain(estimates, options.days, io);
      if (!(options.yes || (await io.confirm("Request them?")))) {
        io.note("nothing was requested");
        return 1;
      }
      const requested = await requestRestores(s3, bucket, archived, options, progress, io.signal);
      for (const [why, count] of requested.refused) io.note(`refused: ${counted(count, "object")}: ${why}`);
      io.note(`${requested.accepted} of ${archived.length} objects are requested`);
      if (requested.refused.size > 0) return 1;
      objects = await list();
    }
    function progress(done: number): void {
      io.progress(`requested ${done} of ${archived.length}`);
    }
  }
  while (options.wait && !objects.every(({ state }) => state === "ready")) {
    io.progress(`${objects.filter(({ state }) => state === "ready").length} of ${objects.length} objects are readable`);
    await sleep(pollMs, undefined, { signal: io.signal });
    objects = await list();
  }
  const isReady = tell(objects, options.json, io);
  return isReady || !(options.status || options.wait) ? 0 : 1;
}

function parse(args: readonly string[]) {
  const { values } = parsed({
    args: [...args],
    options: {
      ...TARGET_OPTIONS,
      from: TEXT,
      to: TEXT,
      tier: TEXT,
      days: TEXT,
      yes: FLAG,
      wait: FLAG,
      status: FLAG,
      json: FLAG,
    },
  });
  const { from, to, tier = "standard", days = "7", yes = false, wait = false, status = false, json = false } = values;
  if (from === undefined || to === undefined) throw new UsageError('say which hours: "--from" and "--to"');
  const [first, last] = [hour("--from", from, "00"), hour("--to", to, "23")];
  if (first > last) throw new UsageError(`"--to" must not be before "--from", got "${from}" and "${to}"`);
  if (!isTier(tier)) throw new UsageError(`"--tier" must be one of ${Object.keys(TIERS).join(", ")}, got "${tier}"`);
  if (status && (yes || wait)) throw new UsageError('"--status" asks for nothing: it excludes "--yes" and "--wait"');
  return { ...values, first, last, tier, days: wholeNumber("--days", days, 1, 365), yes, wait, status, json };
}

function isTier(name: string): name is TierName {
  return Object.hasOwn(TIERS, name);
}

/** What it takes, before it is asked for. */
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
    `About ${dollars(usd)} US dollars together, the copies in S3 Standard for ${days} days included (prices of ${PRICES_DATES}, some of them estimates).`,
  );
}

function dollars(usd: number): string {
  return usd > 0 && usd < 0.01 ? "0.01 at most" : usd.toFixed(2);
}

/** How far it is. */
function tell(objects: readonly ArchivedObject[], json: boolean, io: Io): boolean {
  const count = (state: ArchivedObject["state"]) => objects.filter((object) => object.state === state).length;
  const until = objects.flatMap(({ readyUntil }) => readyUntil ?? []).sort((one, other) => +one - +other)[0];
  const [ready, underWay, archived] = [count("ready"), count("under way"), count("archived")];
  const isReady = ready === objects.length;
  if (json) {
    io.result(JSON.stringify({ objects: objects.length, ready, underWay, archived, readyUntil: until?.toISOString() }));
  } else if (objects.length === 0) {
    io.result("no objects in these hours");
  } else if (isReady) {
    io.result(
      `readable: ${counted(objects.length, "object")}, all there are${until === undefined ? "" : `, the first until ${until.toISOString()}`}`,
    );
  } else {
    io.result(`${ready} of ${objects.length} objects are readable, ${underWay} under way, ${archived} in Glacier`);
  }
  return isReady;
}
