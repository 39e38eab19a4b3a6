/** Transpiles only: types are checked by `npm run check`, in a sixth of the time. */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  transform: { "\\.ts$": ["ts-jest", { tsconfig: "<rootDir>/tsconfig.json" }] },
  globalSetup: "<rootDir>/scripts/require-node.mjs",
  collectCoverageFrom: ["lib/**/*.ts", "lambda/**/*.ts"],
  coverageDirectory: "dist/coverage",
  coverageReporters: ["text-summary"],
  coverageThreshold: { global: { statements: 92, branches: 80, functions: 92, lines: 92 } },
  testTimeout: 60_000,
  // Suites that start a run wait more than they compute: on two cores, three of them side by side.
  maxWorkers: 3,
};
