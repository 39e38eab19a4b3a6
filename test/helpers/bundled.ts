import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildSync } from "esbuild";

/** A module with everything that it imports in one file, loaded anew. */
export function bundled<T>(file: string): T {
  const folder = mkdtempSync(path.join(tmpdir(), "bundled-"));
  const outfile = path.join(folder, "module.cjs");
  try {
    buildSync({ entryPoints: [file], outfile, bundle: true, platform: "node", format: "cjs", logLevel: "error" });
    return createRequire(outfile)(outfile);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
