import { afterAll, vi } from "vitest";
import { restoreClients } from "./mocked-clients";

/** Suites share a process, and the packages that it has loaded: what one has set is not there for the next, which has the project's modules anew. */
const environment = { ...process.env };
afterAll(() => {
  restoreClients();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.resetModules();
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
