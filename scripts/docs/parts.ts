import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { plantCosts } from "../../cli/cost/plant-costs";
import type { Command } from "../../cli/kit/command";
import { iot } from "../../cli/main";
import { ARRIVAL_HOUR, READINGS_COLUMNS, REJECTED_COLUMNS } from "../../contract/columns";
import { OUTPUTS } from "../../contract/outputs";
import { REJECT_REASONS } from "../../contract/rejected";
import { configurationError, KEYS, parseConfig, REGION } from "../../lib/config";
import { NAMED_QUERIES } from "../../lib/named-queries";
import { formatSummary } from "../../local/accounting/summary";
import { banner } from "../../local/command/banner";
import { localCommand } from "../../local/command/options";
import { formatProgress } from "../../local/command/progress";
import { readDeclaration } from "../../local/stack/declaration";
import { declareStack } from "../../local/stack/declare-stack";
import { CHAOS_RUN, PROGRESS, SHORT_RUN } from "./measured-runs";

/** The parts of the documents that come from the code, by name, in Markdown. `root` is the project's folder. */
export async function parts(root: string): Promise<Readonly<Record<string, string>>> {
  const [declaration, costs] = await Promise.all([
    declareStack({ environmentSuffix: "dev" }, "dev").then(readDeclaration),
    printed("cost", "--markdown"),
  ]);
  const ports = { mqttPort: 1883, mqttsPort: 8883, awsPort: 4566 };
  return {
    commands: table(
      ["command", "what it does"],
      iot.commands.map(({ name, summary }) => [`[\`npx iot ${name}\`](docs/commands.md#${name})`, summary]),
    ),
    configuration: configuration(root),
    "configuration error": code(configurationProblems({ environmentSuffix: "dev", shardCounts: 4, batchSize: "a" })),
    outputs: table(["output", "what it is"], pairs(OUTPUTS)),
    "reject reasons": table(["reason", "what is wrong"], pairs(REJECT_REASONS)),
    "columns of readings": columns(READINGS_COLUMNS),
    "columns of rejected": columns(REJECTED_COLUMNS),
    "named queries": namedQueries(),
    costs,
    "plant costs": table(plantCosts().columns, plantCosts().rows),
    "local run": code(banner(declaration, ports, "http://127.0.0.1:4580/").trim()),
    "local options": code(localHelp()),
    progress: code(formatProgress(PROGRESS)),
    "short run": code(formatSummary(SHORT_RUN)),
    "chaos run": code(formatSummary(CHAOS_RUN)),
    ...Object.fromEntries(
      iot.commands.map((command) => [
        `help of ${command.name}`,
        code(helpTexts(`npx iot ${command.name}`, command).join("\n\n")),
      ]),
    ),
  };
}

/** The help of a command, and of each command below it. */
export function helpTexts(calledAs: string, command: Command): string[] {
  const below = command.commands.flatMap((each) => helpTexts(`${calledAs} ${each.name}`, each));
  return [command.help(calledAs).trim(), ...below];
}

/** The help of `npm run local`. */
export function localHelp(): string {
  return localCommand(async () => 0)
    .help("npm run local --")
    .trim();
}

type Row = readonly string[];

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [head, head.map(() => "---"), ...rows].map(line).join("\n");
}

function code(text: string): string {
  return `\`\`\`\n${text}\n\`\`\``;
}

function pairs(meanings: Readonly<Record<string, string>>): Row[] {
  return Object.entries(meanings).map(([name, meaning]) => [`\`${name}\``, meaning]);
}

/** What Pulumi.yaml says of each key, and the rule that the program checks it by. */
function configuration(root: string): string {
  const project: { config: Record<string, { default?: unknown; description: string }> } = parse(
    readFileSync(path.join(root, "Pulumi.yaml"), "utf8"),
  );
  const rows = Object.entries(KEYS).map(([key, { rule }]) => {
    const { default: value, description = "" } = project.config[key] ?? {};
    const checked = rule(null);
    return [`\`${key}\``, shownDefault(value), checked.ok ? "" : checked.rule.replaceAll("<", "\\<"), description];
  });
  return table(["key", "default", "must be", "what it sets"], rows);
}

function shownDefault(value: unknown): string {
  if (value === undefined) return "none";
  if (value === "") return "empty";
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

/** The error that the program ends with. */
function configurationProblems(given: Readonly<Record<string, unknown>>): string {
  const parsed = parseConfig(given, REGION);
  return parsed.ok ? "" : configurationError(parsed.problems);
}

function columns(declared: readonly { name: string; type: string; comment: string }[]): string {
  const partition = {
    name: ARRIVAL_HOUR,
    type: "string",
    comment: "Partition: the hour of arrival, UTC, yyyy/MM/dd/HH",
  };
  return table(
    ["column", "type", "what it holds"],
    [...declared, partition].map(({ name, type, comment }) => [`\`${name}\``, type, comment]),
  );
}

function namedQueries(): string {
  const rows = NAMED_QUERIES.map(({ name, description, parameters }) => {
    const options = [...new Set(parameters.map((parameter) => `\`--${parameter.name}\``))];
    return [`\`${name}\``, description, options.join(" ")];
  });
  return table(["query", "what it returns", "options"], rows);
}

/** What a command prints as its result. */
async function printed(name: string, ...args: readonly string[]): Promise<string> {
  const command = iot.commands.find((each) => each.name === name);
  if (!command) throw new Error(`"${name}" must be a command`);
  const results: string[] = [];
  await command.run(args, {
    result: (text) => results.push(text),
    ready: async () => {},
    note: () => {},
    progress: () => {},
    confirm: async () => false,
    signal: new AbortController().signal,
  });
  return results.join("\n").trim();
}
