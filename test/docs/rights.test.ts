import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.resolve(__dirname, "../..");
const PAGE = readFileSync(path.join(ROOT, "docs/rights.md"), "utf8");
/** Operations that need an action of another name: https://docs.aws.amazon.com/service-authorization/latest/reference/ */
const ACTIONS: Readonly<Record<string, string>> = {
  ListObjectsV2: "ListBucket",
  HeadObject: "GetObject",
  Invoke: "InvokeFunction",
};
/** Operations of the device watch's store that its functions alone call: they write the history. */
const OF_THE_WATCH = /^(UpdateItem|DeleteItem)$/;
/** Athena's own page has these. */
const OF_ATHENA = /QueryExecution|QueryResults/;

/** The operations of AWS that the commands call. */
function operations(): readonly string[] {
  const files = ["cli", "stores", "watch"].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((file) => path.join(folder, file)),
  );
  const text = files
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(path.join(ROOT, file), "utf8"))
    .join("\n");
  const called = text.matchAll(/new (\w+)Command\(|\bpaginate(\w+)\(/g);
  return [...new Set([...called].map(([, command, paginated]) => command ?? paginated ?? ""))];
}

describe("docs/rights.md", () => {
  it("has the action of every operation that a command calls", () => {
    const needed = operations().filter((name) => !OF_ATHENA.test(name) && !OF_THE_WATCH.test(name));
    expect(needed.length).toBeGreaterThan(20);
    expect(needed.filter((name) => !new RegExp(`\\b${ACTIONS[name] ?? name}\\b`).test(PAGE))).toEqual([]);
  });
});
