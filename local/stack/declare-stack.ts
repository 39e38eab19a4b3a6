import program from "../../index";
import { type Recording, record } from "./capture";

/** What the program declares and exports with this configuration. Rejects with every problem of the configuration. */
export function declareStack(config: Readonly<Record<string, unknown>>, stack: string): Promise<Recording> {
  return record(program, { config, stack });
}
