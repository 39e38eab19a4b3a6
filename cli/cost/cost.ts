import type { StackConfig } from "../../lib/config";
import { defineCommand } from "../kit/command";
import { flag, withDefault } from "../kit/options";
import { formatAnswer, JSON_OPTION } from "../kit/output";
import { wholeNumber } from "../kit/values";
import { basis, costTables, markdown } from "./cost-tables";
import type { Load } from "./usage";
import { configWith, WATCH_OPTIONS } from "./watch-options";

/** What the README's tables are for: a mid-sized plant. */
export const USUAL_LOAD: Load = {
  readingsPerSecond: 1_000,
  payloadBytes: 220,
  perMessage: 1,
  anomalyShare: 0.01,
  basicIngest: false,
};

/**
 * The configuration of a plant that sets nothing.
 * @throws Error where the defaults break the stack's own rules
 */
export function defaultConfig(): StackConfig {
  return configWith({ watch: false, silentForMs: 0, windowSeconds: 5 });
}

/** `iot cost`: what readings cost. */
export const cost = defineCommand({
  name: "cost",
  summary: "show what a million readings cost, and the stack per month",
  description:
    "Shows what a million readings cost on their way in and in each tier, and what the stack costs while nothing is sent, " +
    'with the default configuration. "npx iot capacity" calculates the same for your own plant.',
  examples: ["", "--per-message 20", "--watch --silent-for 1h"],
  options: {
    perMessage: withDefault(wholeNumber(1, 1000), "1", "readings that a device gathers in one message"),
    ...WATCH_OPTIONS,
    markdown: flag("print the tables as the README has them", { excludes: ["json"] }),
    ...JSON_OPTION,
  },
  async run({ perMessage, markdown: asMarkdown, json, ...choice }, io) {
    const load = { ...USUAL_LOAD, perMessage };
    const tables = costTables(load, configWith(choice));
    if (asMarkdown) {
      io.result(markdown(tables, load));
      return 0;
    }
    for (const { title, columns, rows } of tables) {
      if (json) {
        io.result(formatAnswer({ columns: ["table", ...columns], rows: rows.map((row) => [title, ...row]) }, "json"));
        continue;
      }
      io.result(`${title}\n\n${formatAnswer({ columns, rows }, "table")}\n`);
    }
    if (!json) io.note(basis(load));
    return 0;
  },
});
