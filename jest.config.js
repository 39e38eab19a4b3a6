/**
 * The least coverage of each folder, in per cent. Integration tests start processes of their own, whose coverage Jest does not see:
 * what only runs there counts as not covered.
 */
const FLOORS = {
  contract: { statements: 95, branches: 70, functions: 95, lines: 95 },
  lambda: { statements: 92, branches: 84, functions: 92, lines: 92 },
  lib: { statements: 95, branches: 90, functions: 95, lines: 95 },
  stores: { statements: 85, branches: 70, functions: 80, lines: 85 },
  watch: { statements: 95, branches: 90, functions: 95, lines: 95 },
  local: { statements: 68, branches: 65, functions: 65, lines: 68 },
  cli: { statements: 84, branches: 75, functions: 83, lines: 85 },
};

/** Suites are compiled without a look at their types, which `npm run check` checks. */
module.exports = {
  testEnvironment: "node",
  // Jest counts a file that no test imports only where it is in a root.
  roots: ["test", ...Object.keys(FLOORS)].map((folder) => `<rootDir>/${folder}`),
  testMatch: ["**/*.test.ts"],
  // p-map is an ES module, which Jest's require does not load.
  transform: {
    "\\.ts$|/node_modules/p-map/.*\\.js$": ["@swc/jest", { swcrc: false, jsc: { parser: { syntax: "typescript" } } }],
  },
  transformIgnorePatterns: ["/node_modules/(?!p-map/)"],
  moduleNameMapper: { "^esbuild$": "<rootDir>/test/helpers/bundled-once.cjs" },
  globalSetup: "<rootDir>/test/helpers/before-all.mjs",
  testSequencer: "<rootDir>/scripts/test-order.cjs",
  collectCoverageFrom: Object.keys(FLOORS).map((folder) => `${folder}/**/*.ts`),
  coverageDirectory: "dist/coverage",
  coverageReporters: ["text-summary"],
  coverageThreshold: Object.fromEntries(Object.entries(FLOORS).map(([folder, floor]) => [`./${folder}/`, floor])),
  // For what hangs: on a busy machine the slowest takes two minutes.
  testTimeout: 300_000,
  // For suites that start a run, which wait more than they compute.
  maxWorkers: 6,
};
