import { BaseSequencer } from "vitest/node";

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

/** @param {{ moduleId: string }} suite */
const placeOf = ({ moduleId }) => {
  const found = FIRST.findIndex((part) => moduleId.includes(part));
  return found === -1 ? FIRST.length : found;
};

/** Starts the long suites first. In a fresh clone Vitest knows no durations, takes the largest files for them, and ends with one worker busy. */
export class TestOrder extends BaseSequencer {
  /** @override @type {BaseSequencer["sort"]} */
  async sort(suites) {
    return (await super.sort(suites)).toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
