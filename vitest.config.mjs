import { defineConfig } from "vitest/config";
import { TestOrder } from "./scripts/test-order.mjs";

/**
 * The least coverage of each folder, in per cent. Integration tests start processes of their own, whose coverage Vitest does not see:
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

/** Suites that start processes and wait. */
const WAITING = ["test/engine/**/*.test.ts", "test/integration/**/*.test.ts"];

/** Suites are compiled without a look at their types, which `npm run check` checks. */
export default defineConfig({
  resolve: {
    alias: [{ find: /^esbuild$/, replacement: `${import.meta.dirname}/test/helpers/bundled-once.cjs` }],
  },
  test: {
    watch: false,
    pool: "forks",
    execArgv: [`--require=${import.meta.dirname}/test/helpers/ends-with-parent.cjs`],
    globalSetup: "test/helpers/before-all.mjs",
    // For what hangs: on a busy machine the slowest takes two minutes.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    sequence: { sequencer: TestOrder },
    coverage: {
      provider: "v8",
      include: Object.keys(FLOORS).map((folder) => `${folder}/**/*.ts`),
      reportsDirectory: "dist/coverage",
      reporter: ["text-summary"],
      thresholds: Object.fromEntries(Object.entries(FLOORS).map(([folder, floor]) => [`${folder}/**`, floor])),
    },
    projects: [
      {
        extends: true,
        test: {
          name: "units",
          include: ["test/**/*.test.ts"],
          exclude: WAITING,
          // The suites of a process share the packages that they load, which takes longer than they do.
          isolate: false,
          setupFiles: "test/helpers/each-suite.ts",
        },
      },
      { extends: true, test: { name: "integration", include: WAITING } },
      { extends: true, test: { name: "soak", include: ["test/soak/*.soak.ts"] } },
    ],
  },
});
