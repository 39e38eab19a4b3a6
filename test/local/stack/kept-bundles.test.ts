import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bundleFunctions } from "../../../lib/function-bundle";
import { readBundles } from "../../../local/stack/kept-bundles";

const bundles = bundleFunctions();
let folder: string;
const file = () => path.join(folder, "bundles.json");

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "bundles-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("what the functions were bundled to", () => {
  it("is nothing at first, and then all of it", () => {
    expect(readBundles(file())).toBeUndefined();
    writeFileSync(file(), JSON.stringify(bundles));
    expect(readBundles(file())).toEqual(bundles);
  });

  it.each<[string, unknown]>([
    ["is another JSON", null],
    ["lacks a function", { processor: bundles.processor, archive: bundles.archive, watch: bundles.watch }],
    ["has no code of one", { ...bundles, archive: {} }],
  ])("is made again where the file %s", (_what, content) => {
    writeFileSync(file(), JSON.stringify(content));
    expect(readBundles(file())).toBeUndefined();
  });

  it("is made again where the file is cut off", () => {
    writeFileSync(file(), JSON.stringify(bundles).slice(0, -1));
    expect(readBundles(file())).toBeUndefined();
  });
});
