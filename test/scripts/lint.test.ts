import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.resolve(__dirname, "../..");

/** Source code, and what the linter says of it: the line and the rule. */
const PLANTED: readonly (readonly [what: string, source: string, ...found: readonly string[]])[] = [
  ["an export without a comment", "export const SIZE = 1;", "1 jsdoc/require-jsdoc"],
  [
    "an argument without a comment",
    "/** Its. */\nexport interface BoxArgs {\n  size: number;\n}",
    "3 jsdoc/require-jsdoc",
  ],
  [
    "a throw that no comment tells",
    '/** Fails. */\nexport function fail(): never {\n  throw new Error("Always");\n}',
    "1 jsdoc/require-throws",
  ],
  ["an error in lower case", 'new Error("it is wrong");', "1 house/error-shape"],
  ["an error that does not say what it got", "new RangeError('\"size\" must be 1');", "1 house/error-shape"],
  ["an error with another verb", 'new Error(`"size" must be 1, but was ${0}`);', "1 house/error-shape"],
  ["an error with a full stop", 'new Error("It is wrong.");', "1 house/error-shape"],
  ["a fix in another form", "new Error('\"size\" must be 1, got 0; fix: say 1');", "1 house/error-shape"],
  [
    "an argument's error",
    'new pulumi.InputPropertyError({ propertyPath: "size", reason: "wrong" });',
    "1 house/error-shape",
  ],
  ["an error in the house's shape", 'new Error(`"size" must be 1, got ${0}. Fix: say 1`);'],
  ["an error in AWS's words", 'new KinesisError("ResourceNotFoundException", "the stream is not there.");'],
  ["a private field", "class Box {\n  private size = 1;\n}", "2 no-restricted-syntax"],
  ["a private parameter", "class Box {\n  constructor(private size = 1) {}\n}", "2 no-restricted-syntax"],
  ["a # field", "class Box {\n  #size = 1;\n  private constructor() {}\n}"],
  ["a function of 61 lines", `function long() {\n${"  f();\n".repeat(59)}}`, "1 max-lines-per-function"],
  ["a function of 60 lines", `function long() {\n${"  f();\n".repeat(58)}}`],
  [
    "a constructor of 46 lines",
    `class Long {\n  constructor() {\n${"    f();\n".repeat(44)}  }\n}`,
    "2 house/constructor-length",
  ],
  ["a constructor of 45 lines", `class Long {\n  constructor() {\n${"    f();\n".repeat(43)}  }\n}`],
];

/** What ESLint says of this source, as if it were a module of the local run: `LINE RULE`, in order. */
function lint(source: string): string[] {
  const eslint = path.join(ROOT, "node_modules/eslint/bin/eslint.js");
  const args = [eslint, "--stdin", "--stdin-filename", "local/planted.ts", "--format", "json"];
  const { stdout } = spawnSync(process.execPath, args, { cwd: ROOT, input: source, encoding: "utf8" });
  const [file] = JSON.parse(stdout) as [{ messages: { line: number; ruleId: string }[] }];
  return file.messages.map(({ line, ruleId }) => `${line} ${ruleId}`);
}

describe("the linter", () => {
  it("finds each planted fault, and no more", () => {
    // One file for all of them: a start of ESLint takes longer than its work.
    let line = 0;
    const expected = PLANTED.flatMap(([, source, ...found]) => {
      const first = line;
      line += source.split("\n").length;
      return found.map((fault) => fault.replace(/^\d+/, (number) => String(first + Number(number))));
    });
    expect(lint(PLANTED.map(([, source]) => source).join("\n"))).toEqual(expected);
  });
});
