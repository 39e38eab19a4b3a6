import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import requireNode from "./require-node.mjs";

requireNode();

const { bundleProcessor, BUNDLE_FILE } = await import("../lib/processor-bundle.ts");

const root = dirname(import.meta.dirname);
const file = join(root, BUNDLE_FILE);
const { code, sourceMap } = bundleProcessor(root);
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, code);
writeFileSync(`${file}.map`, sourceMap);

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;
console.log(`${BUNDLE_FILE}: ${kilobytes(code.length)}, ${kilobytes(gzipSync(code).length)} compressed`);
