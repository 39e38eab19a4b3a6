import { describe, expect, it } from "vitest";
import type { Command } from "../../../cli/kit/command";
import { HELP_WIDTH, wrapped } from "../../../cli/kit/help";
import { nameOf } from "../../../cli/kit/options";
import { iot } from "../../../cli/main";
import { localCommand } from "../../../local/command/options";

interface Called {
  readonly path: string;
  readonly command: Command;
}

/** A command and all that are below it. */
function all(path: string, command: Command): Called[] {
  return [{ path, command }, ...command.commands.flatMap((each) => all(`${path} ${each.name}`, each))];
}
const COMMANDS = [
  ...all("npx iot", iot),
  ...all(
    "npm run local --",
    localCommand(async () => 0),
  ),
];
const LEAVES = COMMANDS.filter(({ command }) => command.commands.length === 0);

describe.each(COMMANDS)("the help of $path", ({ path, command }) => {
  const lines = command.help(path).split("\n");

  it("fits in 80 columns, and wastes none", () => {
    expect(HELP_WIDTH).toBe(80);
    expect(lines.filter((line) => line.length > HELP_WIDTH || line !== line.trimEnd())).toEqual([]);
  });

  it("begins with the usage, and has a sentence and an example", () => {
    expect(lines[0]?.startsWith(`Usage: ${path} `)).toBe(true);
    expect(lines[lines.indexOf("") + 1]).toMatch(/^[A-Z]/);
    const example = lines.indexOf("Examples:") + 1;
    expect(example).toBeGreaterThan(0);
    expect(lines[example]).toMatch(new RegExp(`^  ${path}`));
  });

  it("has each option, or each command, once", () => {
    const begin = lines.indexOf(command.commands.length > 0 ? "Commands:" : "Options:");
    const list = lines.slice(begin, lines.indexOf("", begin));
    const names = [
      ...command.commands.map(({ name }) => name),
      ...(command.commands.length > 0 ? [] : Object.entries(command.options)).map(
        ([key, option]) => `--${nameOf(key, option)}`,
      ),
    ];
    for (const name of names)
      expect([name, list.filter((line) => new RegExp(`^  ${name}( |$)`).test(line)).length]).toEqual([name, 1]);
  });
});

describe("every command", () => {
  it.each(LEAVES)("$path names options that it has where it excludes or needs one", ({ command: { options } }) => {
    const keys = Object.keys(options);
    const named = Object.values(options).flatMap(({ excludes = [], needs = [] }) => [...excludes, ...needs]);
    expect(named.filter((key) => !keys.includes(key))).toEqual([]);
  });

  it.each(LEAVES)("$path takes every form of a time, wherever it takes one", ({ command: { options } }) => {
    const forms = [
      "15m",
      "7d",
      "2026/01/31/08",
      "2026-01-31T08",
      "2026-01-31",
      "2026-01-31T08:00Z",
      "2026-01-31T08:00-03:00",
    ];
    for (const [key, option] of Object.entries(options).filter(([, { placeholder }]) => placeholder === "TIME"))
      for (const form of forms) expect(option.read(`--${key}`, [form], Date.now())).toMatchObject({ text: form });
    const timed = ["since", "until", "from", "to"].filter(
      (key) => options[key]?.placeholder?.startsWith("FILE") === false,
    );
    for (const key of timed) expect([key, options[key]?.placeholder]).toEqual([key, "TIME"]);
  });

  it.each(LEAVES)("$path has no two options of one name", ({ command: { options } }) => {
    const names = Object.entries(options).flatMap(([key, option]) => [nameOf(key, option), ...(option.aliases ?? [])]);
    expect(names).toEqual([...new Set(names)]);
  });

  it.each(COMMANDS.filter(({ command }) => command.commands.length > 0))(
    "$path takes an option in one form, in each subcommand that has it",
    ({ command }) => {
      const forms = new Map<string, boolean>();
      for (const { options } of LEAVES.filter(({ path }) => path.includes(` ${command.name}`)).map(
        (leaf) => leaf.command,
      ))
        for (const [key, option] of Object.entries(options)) {
          const isFlag = option.placeholder === undefined;
          expect([key, forms.get(nameOf(key, option)) ?? isFlag]).toEqual([key, isFlag]);
          forms.set(nameOf(key, option), isFlag);
        }
    },
  );
});

describe("wrapped", () => {
  it("breaks between words, and keeps what is indented and a word that is too long", () => {
    expect(wrapped("one two three\n  four five six\nseven-eight", 8)).toBe(
      "one two\nthree\n  four five six\nseven-eight",
    );
    expect(wrapped("one two", 6, "  ")).toBe("  one\n  two");
  });
});
