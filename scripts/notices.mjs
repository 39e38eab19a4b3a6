import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import requireNode from "./require-node.mjs";

requireNode();

const { BUNDLE_FILE, bundleFunction, NOTICES_FILE } = await import("../lib/function-bundle.ts");
const { thirdPartyNotices } = await import("../lib/third-party-notices.ts");

const root = dirname(import.meta.dirname);
const names = /** @type {(keyof typeof BUNDLE_FILE)[]} */ (Object.keys(BUNDLE_FILE));
const notices = thirdPartyNotices(
  root,
  names.flatMap((name) => bundleFunction(name, root).sources),
);
writeFileSync(join(root, NOTICES_FILE), notices);
console.log(`${NOTICES_FILE}: ${(notices.length / 1000).toFixed(0)} kB`);
