import program from "../../index";
import { record } from "./capture";
import type { Recording } from "./recording";

/** What the program declares and exports with this configuration. Rejects with every problem of the configuration. */
export function declareStack(config: Readonly<Record<string, unknown>>, stack: string): Promise<Recording> {
  return record(program, { config, stack });
}
