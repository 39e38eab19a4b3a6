import { readConfig } from "../lib/read-config";
import { TapStack } from "../lib/tap-stack";
import { type Recording, record } from "./capture";

/** What the program declares with this configuration. Rejects with every problem of the configuration. */
export function declareStack(config: Readonly<Record<string, unknown>>, stack: string): Promise<Recording> {
  return record(() => ({ ...new TapStack("iot", { config: readConfig() }).outputs }), { config, stack });
}
