import { type AnomalyLimits, DEFAULTS, ENV } from "../../contract/variables";
import type { Declaration } from "./declaration";

/** The bounds that the processor judges by. */
export function anomalyLimitsOf({ processor }: Pick<Declaration, "processor">): AnomalyLimits {
  const declared = processor.environment[ENV.anomalyLimits];
  return declared === undefined ? DEFAULTS.anomalyLimits : JSON.parse(declared);
}
