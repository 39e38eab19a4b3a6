/** The run at a moment, as its progress line shows it. */
export interface Progress {
  readonly elapsedMs: number;
  readonly published: number;
  readonly stored: number;
  readonly rejected: number;
  readonly anomalies: number;
  readonly lagMs: number;
  /** Published in the last second. */
  readonly ratePerSecond: number;
  /** What the run is about now, beside publishing. */
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
    `lag ${(progress.lagMs / 1000).toFixed(1)} s`,
    `${NUMBER.format(Math.round(progress.ratePerSecond))}/s`,
  ];
  if (progress.phase !== undefined) parts.push(progress.phase);
  return parts.join("  ");
}
