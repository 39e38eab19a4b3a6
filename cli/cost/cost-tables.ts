import type { CostLine } from "./cost-line";
import { archiveYear, keeping, moving, oneObjectPerReading, standing, takingIn, tierUsd, total } from "./model";
import { PRICES, PRICES_DATES } from "./prices";
import type { Load, PricedConfig } from "./usage";
import { watching } from "./watch";

const MILLION = 1_000_000;

/** A table of costs, for a person: each row's last cell is in dollars. */
export interface CostTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a million readings cost on their way in and in each tier, and what the stack costs to leave running. */
export function costTables(load: Load, config: PricedConfig): CostTable[] {
  const takenIn = takingIn(MILLION, load, config);
  const moved = moving(MILLION, load);
  const delivered = takenIn.filter(({ price }) => price === "firehoseGb" || price === "firehoseConversionGb");
  const alternative = oneObjectPerReading(MILLION, load);
  const idle = standing(config);
  return [
    {
      title: "A million readings on their way in, once",
      columns: ["what", "how many", "unit", "USD"],
      rows: [...takenIn.map(row), sum(takenIn)],
    },
    {
      title: "A million readings in each tier",
      columns: ["tier", "days", "USD a month", "USD for these days"],
      rows: [
        ...keeping(MILLION, load, config).map((tier) => [
          tier.name,
          String(tier.days),
          marked(total(tier.lines), tier.lines),
          marked(tierUsd(tier), tier.lines),
        ]),
        ...moved.map((line) => [line.name, "", "", marked(line.usd, [line])]),
      ],
    },
    {
      title: "The archive, beside one JSON object a reading",
      columns: ["a million readings, for a year", "USD"],
      rows: [
        ["here: Parquet, delivered and converted", marked(total(delivered), delivered)],
        ["here: a year in the archive's tiers, moves included", marked(archiveYear(MILLION, load, config), moved)],
        ...alternative.map((line) => [`a JSON object a reading: ${line.name}`, marked(line.usd, [line])]),
      ],
    },
    {
      title: "A month in which nothing is sent",
      columns: ["what", "how many", "unit", "USD"],
      rows: [...idle.map(row), sum(idle)],
    },
    ...watchTables(load, config),
  ];
}

/** The plant whose watch is listed: devices, and seconds between two readings of each. */
const WATCHED = { devices: 1_000, secondsBetween: 10 };

/** A month of the device watch, alone and with a connection of its own; nothing where there are no rules. */
function watchTables(load: Load, config: PricedConfig): CostTable[] {
  const { devices, secondsBetween } = WATCHED;
  const sent = { ...load, readingsPerSecond: devices / secondsBetween };
  const lines = watching(sent, devices, { ...config, watchFanOut: true });
  if (lines.length === 0) return [];
  const own = lines.filter(({ name }) => !name.startsWith("Kinesis"));
  const fanOut = lines.filter(({ name }) => name.startsWith("Kinesis"));
  const plant = `${devices.toLocaleString("en")} devices, a reading every ${secondsBetween} s`;
  return [
    {
      title: `A month of the device watch: ${plant}`,
      columns: ["what", "how many", "unit", "USD"],
      rows: [
        ...own.map(row),
        sum(own),
        ...fanOut.map((each) => row({ ...each, name: `${each.name}, with watchFanOut` })),
      ],
    },
  ];
}

/** As Markdown, with what the numbers rest on. */
export function markdown(tables: readonly CostTable[], load: Load): string {
  const texts = tables.map(({ title, columns, rows }) =>
    [
      `**${title}**`,
      "",
      cells(columns),
      cells(columns.map((name) => (/USD|many|days/.test(name) ? "---:" : "---"))),
      ...rows.map(cells),
    ].join("\n"),
  );
  return `${texts.join("\n\n")}\n\n${basis(load)}`;
}

/** What the numbers rest on. */
export function basis({ readingsPerSecond, payloadBytes, perMessage, anomalyShare }: Load): string {
  const gathered = perMessage === 1 ? "" : `, ${perMessage} in a message`;
  return (
    `For ${readingsPerSecond.toLocaleString("en")} readings per second of ${payloadBytes} bytes${gathered}; ${anomalyShare * 100}% of the messages hold an anomaly. ` +
    `Prices of ${PRICES_DATES}, before taxes and without free tiers; those marked ~ are us-east-1's list prices, scaled to São Paulo.`
  );
}

/** A line's name, quantity, unit and dollars. */
export function row(line: CostLine): string[] {
  return [line.name, amount(line.quantity), PRICES[line.price].unit, marked(line.usd, [line])];
}

/** The row below the lines. */
export function sum(lines: readonly CostLine[]): string[] {
  return ["together", "", "", marked(total(lines), lines)];
}

/** An amount of dollars; one that rests on an estimated price is marked. */
function marked(usd: number, lines: readonly CostLine[]): string {
  return `${lines.some(({ price }) => PRICES[price].isEstimate) ? "~" : ""}${dollars(usd)}`;
}

/** Cents, and where there are less than ten of them two digits of what there is. */
function dollars(usd: number): string {
  if (usd === 0) return "0";
  return usd >= 0.1 ? usd.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 }) : small(usd);
}

function small(value: number): string {
  const digits = Math.min(6, 1 - Math.floor(Math.log10(value)));
  return value.toFixed(digits);
}

function amount(quantity: number): string {
  if (quantity === 0) return "0";
  return quantity >= 10 ? Math.round(quantity).toLocaleString("en") : small(quantity).replace(/\.?0+$/, "");
}

function cells(texts: readonly string[]): string {
  return `| ${texts.join(" | ")} |`;
}
