import type { Condition, WatchRule } from "./rule";
import type { RuleFields } from "./rule-fields";

/** The rule of checked fields, with the defaults. */
export function watchRuleOf(name: string, fields: RuleFields): WatchRule {
  const { sensorType, text, runbook, under, remindEvery } = fields;
  return {
    name,
    device: fields.device ?? "*",
    ...(sensorType !== undefined && { sensorType }),
    condition: conditionOf(fields),
    deadband: fields.deadband ?? 0,
    forMs: fields.for ?? 0,
    clearForMs: fields.clearFor ?? 0,
    priority: fields.priority ?? "medium",
    ...(text !== undefined && { text }),
    ...(runbook !== undefined && { runbook }),
    acknowledge: fields.acknowledge ?? false,
    latch: fields.latch ?? false,
    ...(under !== undefined && { under }),
    ...(remindEvery !== undefined && { remindEveryMs: remindEvery }),
  };
}

function conditionOf(fields: RuleFields): Condition {
  const { above, below, outside, flatFor, changesPerMinute, silentFor } = fields;
  if (above !== undefined) return { kind: "above", limit: above };
  if (below !== undefined) return { kind: "below", limit: below };
  if (outside !== undefined) return { kind: "outside", low: outside[0], high: outside[1] };
  if (flatFor !== undefined) return { kind: "flat", forMs: flatFor, tolerance: fields.tolerance ?? 0 };
  if (changesPerMinute !== undefined) return { kind: "change", perMinute: changesPerMinute };
  if (silentFor !== undefined) return { kind: "silent", forMs: silentFor };
  return { kind: "anomaly" };
}
