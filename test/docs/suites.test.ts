import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { documents } from "../../scripts/docs/generated";

const ROOT = path.resolve(__dirname, "../..");
const SUITES = readdirSync(path.join(ROOT, "test"), { recursive: true })
  .map((file) => path.posix.join("test", String(file)))
  .filter((file) => file.endsWith(".test.ts"));

/** What the documents tell a reader to run: `npm test -- test/lib/config test/lib/access`. */
const NAMED = documents(ROOT).flatMap((document) =>
  [...readFileSync(path.join(ROOT, document), "utf8").matchAll(/npm test -- ([^`\n)]+)/g)].flatMap(([, words = ""]) =>
    words.trim().split(/\s+/),
  ),
);

describe("the suites that the documents name", () => {
  it("are found", () => {
    expect(NAMED.length).toBeGreaterThan(20);
  });

  it("are there", () => {
    expect(NAMED.filter((name) => !SUITES.some((suite) => suite.includes(name)))).toEqual([]);
  });

  it("are not started by npx, which takes whatever Node.js is on the PATH", () => {
    const texts = documents(ROOT).map((document) => readFileSync(path.join(ROOT, document), "utf8"));
    expect(texts.filter((text) => text.includes("npx vitest"))).toEqual([]);
  });
});
