import type { AnomalyLimit } from "../../contract/variables";
import { CONDITION_FIELDS, type ConditionField, NEED_SENSOR_TYPE, type RuleFields, USELESS } from "./rule-fields";

const CONDITIONS = Object.keys(CONDITION_FIELDS) as readonly ConditionField[];

/** Problems of a rule's fields with each other. `given` has those too that are wrong by themselves. */
export function fieldsTogether(
  given: Readonly<Record<string, unknown>>,
  fields: RuleFields,
  path: string,
  anomalyLimits: Readonly<Record<string, AnomalyLimit>> | undefined,
): readonly string[] {
  const conditions = CONDITIONS.filter((field) => given[field] !== undefined);
  const [condition] = conditions;
  if (condition === undefined || conditions.length > 1) {
    const got = conditions.length === 0 ? "none" : conditions.join(" and ");
    return [
      `"${path}" must have one condition of ${CONDITIONS.join(", ")}, got ${got}. Fix: one rule for each condition`,
    ];
  }
  const problems: string[] = [];
  if (NEED_SENSOR_TYPE.includes(condition) && given.sensorType === undefined)
    problems.push(
      `"${path}.sensorType" must be the sensor type that "${condition}" is a limit of, got nothing. Fix: pulumi config set --path '${path}.sensorType' <value>`,
    );
  for (const { field, with: others, why } of USELESS)
    if (given[field] !== undefined && others.includes(condition))
      problems.push(
        `"${path}.${field}" must be left out with "${condition}": ${why}. Fix: pulumi config rm --path '${path}.${field}'`,
      );
  problems.push(...bandProblems(fields, path, anomalyLimits));
  return problems;
}

/** A deadband that leaves no value good again would make an alarm that never ends. */
function bandProblems(
  { outside, anomaly, changesPerMinute, deadband = 0, sensorType }: RuleFields,
  path: string,
  anomalyLimits: Readonly<Record<string, AnomalyLimit>> | undefined,
): readonly string[] {
  const tooWide = (most: number) => [
    `"${path}.deadband" must be at most ${most}, or no value is good again, got ${deadband}. Fix: pulumi config set --path '${path}.deadband' <value>`,
  ];
  if (outside !== undefined && 2 * deadband > outside[1] - outside[0]) return tooWide((outside[1] - outside[0]) / 2);
  if (changesPerMinute !== undefined && deadband > changesPerMinute) return tooWide(changesPerMinute);
  if (anomaly === undefined || anomalyLimits === undefined) return [];
  if (sensorType !== undefined && boundsOf(sensorType, anomalyLimits) === undefined)
    return [
      `"${path}.sensorType" must be a sensor type with bounds in "anomalyLimits", got "${sensorType}". Fix: pulumi config set --path 'anomalyLimits.${sensorType}.max' <value>`,
    ];
  const bounds = sensorType === undefined ? Object.values(anomalyLimits) : [boundsOf(sensorType, anomalyLimits)];
  const widths = bounds.map(
    (limit) => (limit?.max ?? Number.POSITIVE_INFINITY) - (limit?.min ?? Number.NEGATIVE_INFINITY),
  );
  const narrowest = Math.min(...widths);
  return 2 * deadband > narrowest ? tooWide(narrowest / 2) : [];
}

function boundsOf(sensorType: string, limits: Readonly<Record<string, AnomalyLimit>>): AnomalyLimit | undefined {
  return Object.entries(limits).find(([type]) => type.toLowerCase() === sensorType.toLowerCase())?.[1];
}
