import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import requireNode from "./require-node.mjs";

requireNode();

const { bundleFunctions, NOTICES_FILE } = await import("../lib/function-bundle.ts");
const { thirdPartyNotices } = await import("../lib/third-party-notices.ts");

const root = dirname(import.meta.dirname);
const notices = thirdPartyNotices(
  root,
  Object.values(bundleFunctions(root)).flatMap(({ sources }) => sources),
);
writeFileSync(join(root, NOTICES_FILE), notices);
console.log(`${NOTICES_FILE}: ${(notices.length / 1000).toFixed(0)} kB`);
