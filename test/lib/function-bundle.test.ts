import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundleFunctions, readNotices } from "../../lib/function-bundle";
import { thirdPartyNotices } from "../../lib/third-party-notices";

const root = join(__dirname, "../..");

// Each of these is built.
delete process.env.TEST_RUN_FOLDER;
const bundles = bundleFunctions(root, true);

describe("bundleFunctions", () => {
  const bundle = bundles.processor;

  it("gives the same bytes from another working directory", () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "elsewhere-"));
    const home = process.cwd();
    try {
      process.chdir(elsewhere);
      expect(bundleFunctions(undefined, true)).toEqual(bundles);
    } finally {
      process.chdir(home);
      rmSync(elsewhere, { recursive: true });
    }
  });

  it("gives the same code where no source map is wanted", () => {
    const { code, sourceMap } = bundleFunctions(root).processor;
    expect({ code, sourceMap }).toEqual({ code: bundle.code, sourceMap: "" });
    expect(bundle.sourceMap).not.toBe("");
  });

  it("holds no path of the machine", () => {
    expect(bundle.code).not.toContain(root);
    expect(bundle.sourceMap).not.toContain(root);
  });

  it("is at most 560 KB, and refers to no source map, which is not uploaded", () => {
    expect(bundle.code.length).toBeLessThanOrEqual(560_000);
    expect(bundle.code).not.toContain("sourceMappingURL");
  });

  it("is made of the function's own modules, the contract's and the SDK's", () => {
    const own = bundle.sources.filter((path) => !path.startsWith("node_modules/"));
    expect(own.filter((path) => !/^(lambda|contract)\//.test(path))).toEqual([]);
    expect(own).toContain("lambda/processor/handler.ts");
  });

  it("contains what THIRD-PARTY-NOTICES says (npm run notices writes it anew)", () => {
    const sources = Object.values(bundles).flatMap((bundle) => bundle.sources);
    expect(readNotices(root)).toBe(thirdPartyNotices(root, sources));
  });
});

describe.each([
  ["watch", 460_000, "lambda/watch/handler.ts"],
  ["watchSweep", 460_000, "lambda/watch/sweep/handler.ts"],
] as const)("the bundle of %s", (name, maxBytes, entry) => {
  const bundle = bundles[name];

  it("holds no path of the machine, refers to no source map, and is small enough to load fast", () => {
    expect(bundle.code).not.toContain(root);
    expect(bundle.code).not.toContain("sourceMappingURL");
    expect(bundle.code.length).toBeLessThanOrEqual(maxBytes);
  });

  it("is made of the function's own modules, the watch's, the contract's and the SDK's", () => {
    const own = bundle.sources.filter((path) => !path.startsWith("node_modules/"));
    expect(own.filter((path) => !/^(lambda|contract|watch)\//.test(path))).toEqual([]);
    expect(own).toContain(entry);
  });
});
