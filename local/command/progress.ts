import type { Io } from "../../cli/kit/terminal";
import { METRIC } from "../../contract/metrics";
import type { EvidenceStore } from "../accounting/evidence-store";
import type { Pipeline } from "../pipeline/pipeline";

/** The state of a run, as its progress line shows it. */
export interface Progress {
  /** Since the devices began to publish. */
  readonly elapsedMs: number;
  /** Readings that the broker acknowledged. */
  readonly published: number;
  readonly stored: number;
  readonly rejected: number;
  readonly anomalies: number;
  /** Messages that have reached no store and no other place yet. */
  readonly waiting: number;
  /** Age of the oldest of them, milliseconds. */
  readonly lagMs: number;
  /** Published in the last second. */
  readonly ratePerSecond: number;
  /** What the run does beside publishing; undefined where it does nothing else. */
  readonly phase?: string;
}

const NUMBER = new Intl.NumberFormat("en-US");

/** One line: `00:12  published 2,400  stored 2,310 …`. */
export function formatProgress(progress: Progress): string {
  const seconds = Math.floor(progress.elapsedMs / 1000);
  const clock = [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, "0")).join(":");
  const parts = [
    clock,
    `published ${NUMBER.format(progress.published)}`,
    `stored ${NUMBER.format(progress.stored)}`,
    `rejected ${NUMBER.format(progress.rejected)}`,
    `anomalies ${NUMBER.format(progress.anomalies)}`,
    `waiting ${NUMBER.format(progress.waiting)}`,
    `lag ${(progress.lagMs / 1000).toFixed(1)} s`,
    `${NUMBER.format(Math.round(progress.ratePerSecond))}/s`,
  ];
  if (progress.phase !== undefined) parts.push(progress.phase);
  return parts.join("  ");
}

/** Shows a progress line every second, until it is stopped. */
export function reportProgress(pipeline: Pipeline, terminal: Pick<Io, "progress">, startedAt: number) {
  let phase: string | undefined;
  let lastPublished = 0;
  const timer = setInterval(() => {
    const published = pipeline.ledger.acknowledged;
    const progress: Progress = {
      elapsedMs: performance.now() - startedAt,
      published,
      stored: pipeline.metrics.sum(METRIC.processed),
      rejected: pipeline.metrics.sum(METRIC.rejected),
      anomalies: pipeline.metrics.sum(METRIC.anomalies),
      waiting: pipeline.ledger.waiting,
      lagMs: pipeline.lagMs,
      ratePerSecond: published - lastPublished,
      ...(phase === undefined ? {} : { phase }),
    };
    terminal.progress(formatProgress(progress));
    lastPublished = published;
  }, 1000);
  return {
    phase: (text: string) => {
      phase = text;
    },
    stop: () => clearInterval(timer),
  };
}

/** Shows every second how far the account is, until it is stopped. */
export function reportAccount(evidence: EvidenceStore, terminal: Pick<Io, "progress">) {
  const timer = setInterval(() => terminal.progress(accountProgress(evidence)), 1000);
  return { stop: () => clearInterval(timer) };
}

function accountProgress({ items, rows, underway }: EvidenceStore): string {
  if (underway !== undefined) return `taking account: part ${underway.part} of ${underway.parts}`;
  return `taking account: read back ${NUMBER.format(items.puts)} items and ${NUMBER.format(rows.puts)} rows of the archive`;
}
