import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Declared } from "../../../local/stack/declare-job";
import { DeclaredBefore } from "../../../local/stack/declared-before";

const DECLARED = { declaration: { region: "sa-east-1" }, all: [], outputs: { table: "t" } } as unknown as Declared;
let root: string;
const kept = () => path.join(root, "declared");

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "declared-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A run's question, with a folder of its own for the functions' code. */
function of(run: string, config: Readonly<Record<string, unknown>> = {}) {
  const folder = path.join(root, run);
  mkdirSync(folder, { recursive: true });
  const file = (name: string) => path.join(folder, name);
  const deviceWatch = { watch: file("watch"), sweep: file("sweep") };
  const files = { processor: file("index.js"), archiveTransform: file("archive.js"), deviceWatch };
  return { before: new DeclaredBefore(kept(), { config, stack: "dev", files }), file };
}

/** Declares once, with a processor and a folder of the watch. */
function declareOnce(): void {
  const { before, file } = of("first");
  writeFileSync(file("index.js"), "the processor");
  mkdirSync(file("watch"), { recursive: true });
  writeFileSync(path.join(file("watch"), "index.js"), "the watch");
  before.keep(DECLARED);
}

describe("what was declared before", () => {
  it("is nothing at first, and then all of it, with the functions' code", () => {
    expect(of("first").before.read()).toBeUndefined();
    declareOnce();
    const { before, file } = of("second");
    expect(before.read()).toEqual(DECLARED);
    expect(readFileSync(file("index.js"), "utf8")).toBe("the processor");
    expect(readFileSync(path.join(file("watch"), "index.js"), "utf8")).toBe("the watch");
    expect(readdirSync(path.dirname(file("")))).not.toContain("archive.js");
  });

  it("does not hold for another configuration", () => {
    declareOnce();
    expect(of("second", { shardCount: 2 }).before.read()).toBeUndefined();
  });

  it.each<[string, (own: string) => void]>([
    ["is no JSON", (own) => writeFileSync(path.join(own, "declared.json"), "{")],
    ["is another JSON", (own) => writeFileSync(path.join(own, "declared.json"), "{}")],
    ["has lost a function's code", (own) => rmSync(path.join(own, "processor"))],
  ])("is declared again where it %s", (_what, spoil) => {
    declareOnce();
    const [own = ""] = readdirSync(kept());
    spoil(path.join(kept(), own));
    expect(of("second").before.read()).toBeUndefined();
    declareOnce();
    expect(of("second").before.read()).toEqual(DECLARED);
  });

  it("is kept once where two runs declare the same, and is not kept without end", () => {
    declareOnce();
    declareOnce();
    expect(readdirSync(kept())).toHaveLength(1);
    for (let shardCount = 1; shardCount <= 40; shardCount += 1) of("others", { shardCount }).before.keep(DECLARED);
    expect(readdirSync(kept())).toHaveLength(30);
  });
});
