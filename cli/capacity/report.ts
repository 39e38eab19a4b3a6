import type { CostLine } from "../cost/cost-line";
import { basis, row, sum } from "../cost/cost-tables";
import { formatAnswer } from "../kit/output";
import type { Limit, Plant } from "./limits";
import { NEW_TABLE_WRITE_UNITS, type Plan } from "./plan";
import { RESHARDS_PER_DAY } from "./reshard-steps";

/** The way from the deployed shard count to the one that is needed. */
export interface Resharding {
  /** Shards that are deployed now. */
  readonly deployed: number;
  /** The counts to deploy one after the other; empty where the count is right. */
  readonly steps: readonly number[];
}

/** A way to send that costs less. */
export interface Saving {
  /** What to change, in words. */
  readonly change: string;
  /** The bill then, in US dollars per month. */
  readonly usdPerMonth: number;
}

/** Limits that are listed: the nearest. */
const LIMITS_SHOWN = 5;

/** The report of what a plant needs, in parts. */
export function reportOf(
  plant: Plant,
  needs: Plan,
  resharding: Resharding | undefined,
  bill: readonly CostLine[],
  savings: readonly Saving[],
): string[] {
  const limits = {
    columns: ["nearest limits", "needed", "limit", "", "used"],
    rows: needs.limits.slice(0, LIMITS_SHOWN).map(limitRow),
  };
  const costs = { columns: ["per month", "how many", "unit", "USD"], rows: [...bill.map(row), sum(bill)] };
  return [
    `${facts(needs, bill)}\n`,
    `${formatAnswer(limits, "table")}\n`,
    advice(needs),
    ...savings.map(({ change, usdPerMonth }) => `${change} would cost ${number(usdPerMonth)} US dollars per month.`),
    ...(resharding === undefined ? [] : [`\n${stepsText(resharding)}`]),
    `\n${formatAnswer(costs, "table")}\n`,
    basis(plant),
  ];
}

function facts(needs: Plan, bill: readonly CostLine[]): string {
  const lines: readonly (readonly [string, string])[] = [
    ["readings per second", number(needs.readingsPerSecond)],
    ...(needs.messagesPerSecond === needs.readingsPerSecond
      ? []
      : ([["messages per second", number(needs.messagesPerSecond)]] as const)),
    ["shards", String(needs.shards)],
    ["write units per second", number(needs.writeUnitsPerSecond)],
    ["concurrent functions", `${needs.functionsAtOnce}, ${number(needs.functionsBusy)} of them busy on average`],
    ["US dollars per month", sum(bill).at(-1) ?? ""],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

function limitRow({ name, needed, limit, unit }: Limit): string[] {
  return [name, number(needed), number(limit), unit, `${Math.round((needed / limit) * 100)}%`];
}

/** What to do before the plant is connected. */
function advice({ limits, settings, writeUnitsPerSecond, shards, shardsWithoutFanOut }: Plan): string {
  return [
    ...limits
      .filter(({ needed, limit }) => needed > limit)
      .map(({ name, remedy }) => `Beyond the limit: ${name}. Fix: ${remedy}.`),
    settings.length === 0
      ? "The default configuration is large enough, and not too large."
      : `Set:\n${settings.map((setting) => `  pulumi config set ${setting}`).join("\n")}`,
    ...(shardsWithoutFanOut === undefined
      ? []
      : [
          `Three readers share a shard up to 0.66 MB or 666 records per second. ${shards} shards leave too little room for that; instead of watchFanOut, ${shardsWithoutFanOut} shards have enough.`,
        ]),
    ...(writeUnitsPerSecond / 2 > NEW_TABLE_WRITE_UNITS
      ? [
          `A new table takes ${number(NEW_TABLE_WRITE_UNITS)} write units per second at first, and twice its peak half an hour later: connect the devices in steps.`,
        ]
      : []),
  ].join("\n");
}

function stepsText({ deployed, steps }: Resharding): string {
  if (steps.length === 0) return `The ${deployed} deployed shards are the right number.`;
  const path = [deployed, ...steps].join(" → ");
  const updates = steps.map((count) => `  pulumi config set shardCount ${count} && pulumi up`);
  return `One update at most doubles or halves the open shards, and AWS allows ${RESHARDS_PER_DAY} updates in 24 hours: ${path}\n${updates.join("\n")}`;
}

function number(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 0 });
}
