import { defaultConfig } from "../cost/cost";
import { basis, row, sum } from "../cost/cost-tables";
import { month, total } from "../cost/model";
import { PRICES_DATES } from "../cost/prices";
import { duration, FLAG, parsed, share, TEXT, wholeNumber } from "../kit/arguments";
import { type Command, UsageError } from "../kit/command";
import { formatAnswer } from "../kit/output";
import type { Limit, Plant } from "./limits";
import { NEW_TABLE_WRITE_UNITS, type Plan, plan } from "./plan";
import { RESHARDS_PER_DAY, reshardSteps } from "./reshard-steps";

const HELP = `Usage: npx iot capacity --devices COUNT --every TIME [options]

How large a stack a plant needs, what it costs a month, and which limit it meets first.

  --devices COUNT  devices that are connected all the time
  --every TIME     between two readings of a device, such as 500ms, 1s or 5m
  --bytes COUNT    of a reading, as published (default 220)
  --anomalies N    share of readings that are out of bounds, from 0 to 1 (default 0.01)
  --basic-ingest   devices publish to $aws/rules/<rule>/sensor/data/<name>, which saves the messages' price
  --deployed COUNT shards that the stack has now: says the steps from there
  --json           one JSON object
  --help           this text
`;

/** AWS IoT takes no larger message. https://docs.aws.amazon.com/general/latest/gr/iot-core.html */
const MAX_PAYLOAD_BYTES = 128 * 1024;

/** `iot capacity`: how large, how dear, and what ends first. */
export const capacity: Command = {
  name: "capacity",
  summary: "sizes a stack for a plant and estimates its monthly cost",
  help: HELP,
  async run(args, io) {
    const { values } = parsed({
      args: [...args],
      options: {
        devices: TEXT,
        every: TEXT,
        bytes: TEXT,
        anomalies: TEXT,
        "basic-ingest": FLAG,
        deployed: TEXT,
        json: FLAG,
      },
    });
    if (values.devices === undefined || values.every === undefined)
      throw new UsageError(
        'say how many "--devices" there are, and how long lies between two readings of one, "--every"',
      );
    const devices = wholeNumber("--devices", values.devices, 1, 10_000_000);
    const secondsBetween = duration("--every", values.every) / 1000;
    const plant: Plant = {
      devices,
      secondsBetween,
      readingsPerSecond: devices / secondsBetween,
      payloadBytes: wholeNumber("--bytes", values.bytes ?? "220", 1, MAX_PAYLOAD_BYTES),
      anomalyShare: share("--anomalies", values.anomalies ?? "0.01"),
      basicIngest: values["basic-ingest"] ?? false,
    };
    const deployed = values.deployed === undefined ? undefined : wholeNumber("--deployed", values.deployed, 1, 10_000);
    const needs = plan(plant, defaultConfig());
    const steps = deployed === undefined ? undefined : reshardSteps(deployed, needs.shards);
    const bill = month(plant, devices, needs.config);
    if (values.json) {
      const { config: _, ...rest } = needs;
      const lines = bill.map(({ what, quantity, price, usd }) => ({ what, quantity, price, usd }));
      io.result(
        JSON.stringify({
          ...rest,
          ...(steps ? { steps } : {}),
          usdPerMonth: total(bill),
          pricesOf: PRICES_DATES,
          bill: lines,
        }),
      );
      return 0;
    }
    const facts: [string, string][] = [
      ["readings a second", number(needs.readingsPerSecond)],
      ["shards", String(needs.shards)],
      ["write units a second", number(needs.writeUnitsPerSecond)],
      ["functions at once", `${needs.functionsAtOnce}, ${number(needs.functionsBusy)} of them busy on average`],
      ["US dollars a month", sum(bill).at(-1) ?? ""],
    ];
    const width = Math.max(...facts.map(([name]) => name.length));
    io.result(`${facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n")}\n`);
    io.result(
      `${formatAnswer({ columns: ["what is met first", "needed", "limit", "", "used"], rows: needs.limits.slice(0, 5).map(limitRow) }, "table")}\n`,
    );
    io.result(advice(needs));
    if (steps !== undefined && deployed !== undefined) io.result(`\n${stepsText(deployed, steps)}`);
    io.result(
      `\n${formatAnswer({ columns: ["a month", "how many", "unit", "USD"], rows: [...bill.map(row), sum(bill)] }, "table")}\n`,
    );
    io.result(basis(plant));
    return 0;
  },
};

function limitRow({ what, needed, limit, unit }: Limit): string[] {
  return [what, number(needed), number(limit), unit, `${Math.round((needed / limit) * 100)}%`];
}

/** What to do before the plant is connected. */
function advice({ limits, settings, writeUnitsPerSecond }: Plan): string {
  return [
    ...limits
      .filter(({ needed, limit }) => needed > limit)
      .map(({ what, remedy }) => `Beyond the limit: ${what}. Do: ${remedy}.`),
    settings.length === 0
      ? "The default configuration is large enough, and not too large."
      : `Set:\n${settings.map((setting) => `  pulumi config set ${setting}`).join("\n")}`,
    ...(writeUnitsPerSecond / 2 > NEW_TABLE_WRITE_UNITS
      ? [
          `A new table takes ${number(NEW_TABLE_WRITE_UNITS)} write units a second at first, and twice its peak half an hour later: connect the devices in steps.`,
        ]
      : []),
  ].join("\n");
}

function stepsText(deployed: number, steps: readonly number[]): string {
  if (steps.length === 0) return `The ${deployed} deployed shards are the right number.`;
  const path = [deployed, ...steps].join(" → ");
  const updates = steps.map((count) => `  pulumi config set shardCount ${count} && pulumi up`);
  return `AWS moves a stream to double or half of its open shards at most, ${RESHARDS_PER_DAY} times in 24 hours: ${path}\n${updates.join("\n")}`;
}

function number(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 0 });
}
