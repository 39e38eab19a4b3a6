import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { bundleFunction, readNotices } from "../../lib/function-bundle";
import { thirdPartyNotices } from "../../lib/third-party-notices";

const root = join(__dirname, "../..");

describe("bundleFunction", () => {
  const bundle = bundleFunction("processor", root);

  it("gives the same bytes from another working directory", () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "elsewhere-"));
    const home = process.cwd();
    try {
      process.chdir(elsewhere);
      expect(bundleFunction("processor").code).toBe(bundle.code);
      expect(bundleFunction("processor").sourceMap).toBe(bundle.sourceMap);
    } finally {
      process.chdir(home);
      rmSync(elsewhere, { recursive: true });
    }
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
    expect(readNotices(root)).toBe(thirdPartyNotices(root, bundle.sources));
  });
});
