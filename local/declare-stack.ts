import { readConfig } from "../lib/config";
import { TapStack } from "../lib/tap-stack";
import { type Recording, record } from "./capture";

/** What the stack of a configuration declares: the program's own reading of it, and its own stack. */
export function declareStack(config: Readonly<Record<string, unknown>>, stack: string): Promise<Recording> {
  return record(
    () => {
      new TapStack("iot", { config: readConfig() });
    },
    { config, stack },
  );
}
