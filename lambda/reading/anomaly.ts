import type { AnomalyLimit } from "../../contract/variables";

/**
 * Whether a value is outside its sensor type's bounds; a bound itself is normal, and a type without bounds always is. A type that differs
 * from one with bounds by its case alone is judged by these: "Temperature" as "temperature".
 */
export function isAnomaly(sensorType: string, value: number, limits: ReadonlyMap<string, AnomalyLimit>): boolean {
  const limit = limits.get(sensorType) ?? limits.get(sensorType.toLowerCase());
  if (limit === undefined) return false;
  return (limit.min !== undefined && value < limit.min) || (limit.max !== undefined && value > limit.max);
}
