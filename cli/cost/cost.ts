import { parseConfig, REGION, type StackConfig } from "../../lib/config";
import { FLAG, parsed } from "../kit/arguments";
import type { Command } from "../kit/command";
import { formatAnswer } from "../kit/output";
import { basis, costTables, markdown } from "./cost-tables";
import type { Load } from "./usage";

const HELP = `Usage: npx iot cost [options]

What a million readings cost on their way in and in each tier, and what the stack costs to leave running, with its
default configuration. "npx iot capacity" says it for a plant's own numbers.

  --markdown       as docs/costs.md has it
  --json           one JSON object a row
  --help           this text
`;

/** What the tables of docs/costs.md are for: a mid-sized plant. */
export const USUAL_LOAD: Load = { readingsPerSecond: 1_000, payloadBytes: 220, anomalyShare: 0.01, basicIngest: false };

/** The configuration of a plant that sets nothing. */
export function defaultConfig(): StackConfig {
  const checked = parseConfig({ environmentSuffix: "cost" }, REGION);
  if (!checked.ok) throw new Error(checked.problems.join("\n"));
  return checked.config;
}

/** `iot cost`: what readings cost. */
export const cost: Command = {
  name: "cost",
  summary: "prints what a million readings cost, and a month of the idle stack",
  help: HELP,
  async run(args, io) {
    const { values } = parsed({ args: [...args], options: { markdown: FLAG, json: FLAG } });
    const tables = costTables(USUAL_LOAD, defaultConfig());
    if (values.markdown) {
      io.result(markdown(tables, USUAL_LOAD));
      return 0;
    }
    for (const { title, columns, rows } of tables) {
      if (values.json) {
        io.result(formatAnswer({ columns: ["table", ...columns], rows: rows.map((row) => [title, ...row]) }, "json"));
        continue;
      }
      io.result(`${title}\n\n${formatAnswer({ columns, rows }, "table")}\n`);
    }
    if (!values.json) io.note(basis(USUAL_LOAD));
    return 0;
  },
};
