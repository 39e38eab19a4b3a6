#!/usr/bin/env node
import { join } from "node:path";
import { keptBuild } from "../scripts/kept-build.mjs";
import requireNode from "../scripts/require-node.mjs";

requireNode();

const folder = await keptBuild("iot", { main: "cli/main.ts" });
const { main } = await import(join(folder, "main.mjs"));
const status = await main(process.argv.slice(2));
// A pipe's reader may be slower than we are: an exit would cut what it has not read.
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write("", resolve))),
);
process.exit(status);
