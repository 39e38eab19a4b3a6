import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import requireNode from "./require-node.mjs";

requireNode();

const { bundleFunctions, BUNDLE_FILE } = await import("../lib/function-bundle.ts");

const root = dirname(import.meta.dirname);
/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;
const bundles = bundleFunctions(root, true);
const names = /** @type {(keyof typeof BUNDLE_FILE)[]} */ (Object.keys(BUNDLE_FILE));
for (const name of names) {
  const path = BUNDLE_FILE[name];
  const file = join(root, path);
  const { code, sourceMap } = bundles[name];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, code);
  writeFileSync(`${file}.map`, sourceMap);
  console.log(`${path}: ${kilobytes(code.length)}, ${kilobytes(gzipSync(code).length)} compressed`);
}
