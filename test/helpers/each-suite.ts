import { afterAll, vi } from "vitest";
import { restoreClients } from "./mocked-clients";

/** Suites share a process: what one has set is not there for the next. */
const environment = { ...process.env };
afterAll(() => {
  restoreClients();
  vi.useRealTimers();
  vi.restoreAllMocks();
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
