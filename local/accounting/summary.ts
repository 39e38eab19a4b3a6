import type { Account } from "./account";

/** The run's result; with `--json`, the last line of standard output. */
export interface Summary extends Account {
  /** Messages that the rules engine took again, because they were redelivered. */
  readonly duplicates: number;
  /** Published a second, from the first publish to the last PUBACK. */
  readonly readingsPerSecond: number;
  /** That time. */
  readonly durationSeconds: number;
  readonly seed: number;
  /** The function's own metrics, as CloudWatch would sum them. */
  readonly metrics: Readonly<Record<string, number>>;
  /** How often each part was broken on purpose. */
  readonly faults?: Readonly<Record<string, number>>;
}

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** The summary as a table: what, how many, and what it means. */
export function formatSummary(summary: Summary): string {
  const { latencyMs, external } = summary;
  const rows: [string, string, string][] = [
    ["published", NUMBER.format(summary.published), "acknowledged by the broker, at QoS 1"],
    ["  stored", NUMBER.format(summary.stored), "in the hot tier, read back"],
    ["  rejected", NUMBER.format(summary.rejected), "set aside in rejected/ with the reason"],
    ["  failed", NUMBER.format(summary.failed), "in the failure destination only"],
    ["  ruleErrors", NUMBER.format(summary.ruleErrors), "in the rule's error log only"],
    ["  lost", NUMBER.format(summary.lost), summary.lost === 0 ? "nowhere" : "nowhere: this must not be"],
    ["anomalies", NUMBER.format(summary.anomalies), "of those stored"],
    ["archived", NUMBER.format(summary.archived), "of those stored, in the cold tier's Parquet, read back"],
    ["duplicates", NUMBER.format(summary.duplicates), "redelivered: stored once, those without a timestamp again"],
    ["latency p50", `${NUMBER.format(latencyMs.p50)} ms`, "from publish to stored"],
    ["latency p99", `${NUMBER.format(latencyMs.p99)} ms`, ""],
    ["rate", `${NUMBER.format(summary.readingsPerSecond)}/s`, `over ${NUMBER.format(summary.durationSeconds)} s`],
  ];
  if (summary.unacknowledged > 0)
    rows.push(["unacknowledged", NUMBER.format(summary.unacknowledged), "sent, but the run ended before the PUBACK"]);
  if (Object.values(external).some((count) => count > 0)) {
    const counts = Object.entries(external).filter(([, count]) => count > 0);
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    rows.push([
      "external",
      NUMBER.format(total),
      `other clients': ${counts.map(([name, n]) => `${n} ${name}`).join(", ")}`,
    ]);
  }
  for (const [part, hits] of Object.entries(summary.faults ?? {}))
    rows.push([`faults: ${part}`, NUMBER.format(hits), "injected"]);
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const valueWidth = Math.max(...rows.map(([, value]) => value.length));
  return rows
    .map(([name, value, meaning]) => `${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}  ${meaning}`.trimEnd())
    .join("\n");
}
