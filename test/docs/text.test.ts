import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { iot } from "../../cli/main";
import { KEYS } from "../../lib/config";
import { documents, withoutParts } from "../../scripts/docs/generated";
import { helpTexts, localHelp } from "../../scripts/docs/parts";

const ROOT = path.resolve(__dirname, "../..");
const read = (document: string) => readFileSync(path.join(ROOT, document), "utf8");
const DOCUMENTS = documents(ROOT);
const README = read("README.md");

describe("the README", () => {
  it("has 200 lines at most", () => {
    expect(README.split("\n").length).toBeLessThanOrEqual(200);
  });

  it("begins a newcomer's three paths in its first hundred lines", () => {
    const titles = README.split("\n")
      .slice(0, 100)
      .filter((line) => line.startsWith("## "));
    expect(titles).toEqual(["## Run it", "## Deploy it", "## Operate it"]);
  });
});

/** The documents' commands: lines of code blocks, and code within a line. */
const COMMAND_LINES = DOCUMENTS.flatMap((document) =>
  [...withoutParts(read(document)).matchAll(/(?:^|`|&& )(np[mx] [^`\n]*?)(?=$|`| +# | && )/gm)].map(
    ([, line = ""]) => [document, line] as const,
  ),
);

/** The options that a help text has. */
const optionsIn = (help: string) => help.match(/--[a-z][a-z-]*/g) ?? [];

describe("the documents' commands", () => {
  const { scripts } = JSON.parse(read("package.json"));

  it("are found", () => {
    expect(COMMAND_LINES.length).toBeGreaterThan(80);
  });

  it.each(COMMAND_LINES.filter(([, line]) => line.startsWith("npx iot ")))("in %s exist: %s", (_, line) => {
    const [, name = ""] = /^npx iot ([a-z][a-z-]*)/.exec(line) ?? [];
    const help = iot.commands
      .filter((command) => name === "" || command.name === name)
      .flatMap((command) => helpTexts(`npx iot ${command.name}`, command))
      .join("\n");
    expect(help).not.toBe("");
    expect(optionsIn(help)).toEqual(expect.arrayContaining([...optionsIn(line)]));
  });

  it.each(COMMAND_LINES.filter(([, line]) => line.startsWith("npm run ")))("in %s are scripts: %s", (_, line) => {
    const [, name = ""] = /^npm run ([a-z:]+)/.exec(line) ?? [];
    expect(Object.keys(scripts)).toContain(name);
    if (name === "local") expect(optionsIn(localHelp())).toEqual(expect.arrayContaining([...optionsIn(line)]));
  });

  it("set keys of the configuration", () => {
    const keys = COMMAND_LINES.flatMap(
      ([, line]) => /^npx pulumi config [sg]et (?:--path )?'?(\w+)/.exec(line)?.slice(1) ?? [],
    );
    expect(keys.length).toBeGreaterThan(8);
    expect(keys.filter((key) => !Object.hasOwn(KEYS, key))).toEqual([]);
  });

  it("run the operator's program in one way, and one sentence says what --no is for", () => {
    const others = DOCUMENTS.flatMap((document) =>
      [...read(document).matchAll(/npx --\S* iot|npm (?:run|exec) (?:iot|history|restore)/g)].map(([text]) => [
        document,
        text,
      ]),
    );
    expect(others).toEqual([["docs/commands.md", "npx --no iot"]]);
  });
});

/** Words for which CONTRIBUTING.md's glossary has others, and how they are matched. */
const OTHER_WORDS: readonly (readonly [RegExp, string])[] = [
  [/\bset[- ]aside\b/i, "rejected"],
  [/\bpoison/i, "rejected"],
  [/\bcold tier/i, "archive"],
  [/\b(?:readings|records|writes|messages|calls|MB|devices) a second\b/i, "per second"],
];

describe("the documents' words", () => {
  it.each(OTHER_WORDS)("have no %s, for the glossary says %s", (word) => {
    const lines = DOCUMENTS.flatMap((document) =>
      withoutParts(read(document))
        .split("\n")
        .filter((line) => word.test(line))
        .map((line) => [document, line]),
    );
    expect(lines).toEqual([]);
  });
});
