import type { AnomalyLimit } from "./contract";

/** Whether a value is outside its sensor type's bounds; a bound itself is normal, and a type without bounds always is. */
export function isAnomaly(sensorType: string, value: number, limits: ReadonlyMap<string, AnomalyLimit>): boolean {
  const limit = limits.get(sensorType);
  if (limit === undefined) return false;
  return (limit.min !== undefined && value < limit.min) || (limit.max !== undefined && value > limit.max);
}
