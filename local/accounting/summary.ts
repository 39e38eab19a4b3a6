import { PREFIX } from "../../contract/objects";
import type { Account, Counts } from "./account";
import type { WatchAccount } from "./watch/watch-account";

/** The run's result; with `--json`, the last line of standard output. */
export interface Summary extends Account, Partial<WatchAccount> {
  /** Messages that the rules engine took again, because they were redelivered. */
  readonly duplicates: number;
  /** Objects of the archive bucket that could not be read, or not whole. */
  readonly unreadable: number;
  /** Readings published per second, from the first publish to the last PUBACK. */
  readonly readingsPerSecond: number;
  /** That time. */
  readonly durationSeconds: number;
  readonly seed: number;
  /** The function's own metrics, as CloudWatch would sum them. */
  readonly metrics: Readonly<Record<string, number>>;
  /** How often each part was broken on purpose. */
  readonly faults?: Readonly<Record<string, number>>;
}

/** Whether every message, of the fleet and of other clients, has reached its place, and every alarm its end. */
export function accountsForAll({ external, alarmsWrong = 0, ...fleet }: Account & Partial<WatchAccount>): boolean {
  const missing = [fleet, external].map((counts) => counts.lost + counts.unfinished + counts.archiveErrors);
  return missing.every((count) => count === 0) && alarmsWrong === 0;
}

/**
 * A sentence about the readings that the delivery could not archive; undefined where there are none.
 * @param why What the delivery says of one of them.
 */
export function archiveErrorWords({ archiveErrors, external }: Account, why: string | undefined): string | undefined {
  const count = archiveErrors + external.archiveErrors;
  if (count === 0) return undefined;
  return (
    `${NUMBER.format(count)} readings are missing in the archive: its delivery has left them in ${PREFIX.archiveErrors}` +
    `${why === undefined ? "" : ` (${why})`}.`
  );
}

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** The summary as a table: what, how many, and what it means. */
export function formatSummary(summary: Summary): string {
  const { latencyMs, external } = summary;
  const rows: Row[] = [
    ["published", NUMBER.format(summary.published), publishedWords(summary)],
    ["  stored", NUMBER.format(summary.stored), "in the hot tier, read back"],
    ["  superseded", NUMBER.format(summary.superseded), "written again by a later reading of the same identity"],
    ["  rejected", NUMBER.format(summary.rejected), "kept in rejected/ with the reason"],
    ["  failed", NUMBER.format(summary.failed), "in the failure destination only"],
    ["  ruleErrors", NUMBER.format(summary.ruleErrors), "in the rule's error log only"],
    ...(summary.archiveErrors > 0 ? [archiveErrorsRow(summary)] : []),
    ...(summary.unfinished > 0 ? [unfinishedRow(summary)] : []),
    ["  lost", NUMBER.format(summary.lost), lostWords(summary)],
    ["anomalies", NUMBER.format(summary.anomalies), "of those stored"],
    ["archived", NUMBER.format(summary.archived), "of those stored, in the archive's Parquet, read back"],
    ["duplicates", NUMBER.format(summary.duplicates), "redelivered: stored once, those without a timestamp again"],
    ["latency p50", `${NUMBER.format(latencyMs.p50)} ms`, "from publish to stored"],
    ["latency p99", `${NUMBER.format(latencyMs.p99)} ms`, ""],
    ["rate", `${NUMBER.format(summary.readingsPerSecond)}/s`, `over ${NUMBER.format(summary.durationSeconds)} s`],
  ];
  if (summary.alarmsWrongFrom !== undefined) rows.push(...watchRows(summary as Summary & WatchAccount));
  if (summary.unacknowledged > 0)
    rows.push(["unacknowledged", NUMBER.format(summary.unacknowledged), "sent, but the run ended before the PUBACK"]);
  if (external.taken + external.ruleErrors > 0)
    rows.push(["external", NUMBER.format(external.taken + external.ruleErrors), externalWords(external)]);
  if (summary.unreadable > 0)
    rows.push([
      "unreadable",
      NUMBER.format(summary.unreadable),
      "objects of the archive bucket; what they hold is not counted",
    ]);
  for (const [part, hits] of Object.entries(summary.faults ?? {}))
    rows.push([`faults: ${part}`, NUMBER.format(hits), "injected"]);
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const valueWidth = Math.max(...rows.map(([, value]) => value.length));
  return rows
    .map(([name, value, meaning]) => `${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}  ${meaning}`.trimEnd())
    .join("\n");
}

type Row = [string, string, string];

function publishedWords({ published, messages }: Account): string {
  const words = "acknowledged by the broker, at QoS 1";
  return published === messages ? words : `readings in ${NUMBER.format(messages)} messages ${words}`;
}

function watchRows(summary: WatchAccount): Row[] {
  const { alarmsRaised, alarmsEnded, alarmsWrong, noticesSent, noticesRepeated, mailsSent, raiseLatencyMs } = summary;
  const repeated = noticesRepeated > 0 ? `, ${NUMBER.format(noticesRepeated)} of them again under the same id` : "";
  const byRule = Object.entries(summary.alarmsByRule).map(([rule, { raised }]) => `${rule} ${NUMBER.format(raised)}`);
  const seconds = (ms: number) => `${NUMBER.format(ms / 1000)} s`;
  return [
    [
      "alarmsRaised",
      NUMBER.format(alarmsRaised),
      `by the device watch${byRule.length > 1 ? `: ${byRule.join(", ")}` : ""}`,
    ],
    ["  alarmsEnded", NUMBER.format(alarmsEnded), `${NUMBER.format(alarmsRaised - alarmsEnded)} are still active`],
    ["  alarmsWrong", NUMBER.format(alarmsWrong), wrongWords(summary)],
    ["noticesSent", NUMBER.format(noticesSent), `to machines${repeated}; ${NUMBER.format(mailsSent)} mails`],
    ["raise p50", seconds(raiseLatencyMs.p50), "from a reading's arrival to the notice, of rules without a delay"],
    ["raise p95", seconds(raiseLatencyMs.p95), ""],
  ];
}

/** What is wrong with the alarms, compared with what the devices did. */
function wrongWords({ alarmsWrong, alarmsWrongFrom, alarmsNotFollowed }: WatchAccount): string {
  const notFollowed = alarmsNotFollowed > 0 ? `; ${NUMBER.format(alarmsNotFollowed)} were not followed` : "";
  if (alarmsWrong === 0) return `raised and ended as the devices did it, no more and no less${notFollowed}`;
  const counts = Object.entries(alarmsWrongFrom).filter(([, count]) => count > 0);
  return `${counts.map(([what, count]) => `${NUMBER.format(count)} ${what}`).join(", ")}: this must not be${notFollowed}`;
}

function archiveErrorsRow({ archiveErrors }: Account): Row {
  return [
    "  archiveErrors",
    NUMBER.format(archiveErrors),
    `in the hot tier, and in ${PREFIX.archiveErrors} instead of the archive`,
  ];
}

function unfinishedRow({ unfinished }: Account): Row {
  return ["  unfinished", NUMBER.format(unfinished), "still on their way when the run gave up waiting"];
}

/** Where the lost readings are missing; a bare "missing" means in every tier. */
function lostWords({ lost, lostFrom: { nowhere, inTableOnly, inArchiveOnly } }: Counts): string {
  if (lost === 0 || lost === nowhere) return lost === 0 ? "missing" : "missing: this is a bug";
  const parts = [
    [nowhere, "missing"],
    [inTableOnly, "in the table, not in the archive"],
    [inArchiveOnly, "in the archive, not in the table"],
  ] as const;
  const words = parts.filter(([count]) => count > 0).map(([count, where]) => `${NUMBER.format(count)} ${where}`);
  return `${words.join("; ")}: this is a bug`;
}

function externalWords(external: Counts): string {
  const names = [
    "stored",
    "superseded",
    "rejected",
    "failed",
    "ruleErrors",
    "archiveErrors",
    "unfinished",
    "lost",
  ] as const;
  const counts = names.filter((name) => external[name] > 0).map((name) => `${NUMBER.format(external[name])} ${name}`);
  return `other clients': ${counts.join(", ")}${external.lost > 0 ? ` (${lostWords(external)})` : ""}`;
}
