const { default: Sequencer } = require("@jest/test-sequencer");

/** Suites that take long and are small files: first those that wait most, whatever else is computed, then those that compute most. */
const FIRST = [
  "test/integration/alarms-walk.test",
  "test/integration/walk.test",
  "test/integration/command",
  "test/engine/",
  "test/integration/program.test",
  "test/integration/",
  "test/lambda/processor/faults.test",
];

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
