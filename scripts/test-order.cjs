const { default: Sequencer } = require("@jest/test-sequencer");

/** Suites that take long and are small files, those that compute most first. */
const FIRST = ["test/engine/", "test/lib/program.test", "test/integration/"];

/** @param {{ path: string }} test */
const placeOf = ({ path }) => {
  const found = FIRST.findIndex((part) => path.includes(part));
  return found === -1 ? FIRST.length : found;
};

/** Starts the long suites first. In a fresh clone Jest knows no durations, takes the largest files for them, and ends with one worker busy. */
module.exports = class TestOrder extends Sequencer {
  /** @override @type {import("@jest/test-sequencer").default["sort"]} */
  async sort(tests) {
    return [...(await super.sort(tests))].sort((a, b) => placeOf(a) - placeOf(b));
  }
};
