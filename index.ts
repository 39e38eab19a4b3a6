import type * as pulumi from "@pulumi/pulumi";
import type { OutputName } from "./contract/outputs";
import { readConfig } from "./lib/read-config";
import { TapStack } from "./lib/tap-stack";

/** The program. Pulumi calls it and exports what it returns; the local run captures it. */
function program(): Record<OutputName, pulumi.Output<string>> {
  return { ...new TapStack("iot", { config: readConfig() }).outputs };
}

export = program;
