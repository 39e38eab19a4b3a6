import { readFileSync } from "node:fs";

/** The Node.js that the project's commands run on, the Lambda's own: the devDependency `node`, which npm puts on a script's PATH. */
const { node: required } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
).devDependencies;

/** Ends the process with what to do where another major version runs. Vitest calls it as its global setup. */
export default function requireNode() {
  /** @param {string} version */
  const major = (version) => version.replace(/^v/, "").split(".")[0];
  if (major(process.version) === major(required)) return;
  console.error(
    `This command runs on Node.js ${major(required)}, as the deployed function does, but was started by ${process.version}.\n` +
      'Run it through npm ("npm test", "npm run local"), which uses the project\'s own copy of Node.js.\n' +
      `If you did, that copy is missing because install scripts were skipped: run "npm rebuild node", or install Node.js ${major(required)}.`,
  );
  process.exit(1);
}
