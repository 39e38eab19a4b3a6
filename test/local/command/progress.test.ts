import { describe, expect, it } from "vitest";
import { formatProgress } from "../../../local/command/progress";

describe("formatProgress", () => {
  const progress = {
    elapsedMs: 72_900,
    published: 2400,
    stored: 2310,
    rejected: 48,
    anomalies: 45,
    waiting: 1042,
    lagMs: 2149,
    ratePerSecond: 199.6,
  };

  it("is one line", () => {
    expect(formatProgress(progress)).toBe(
      "01:12  published 2,400  stored 2,310  rejected 48  anomalies 45  waiting 1,042  lag 2.1 s  200/s",
    );
  });

  it("ends with what the run is about now", () => {
    expect(formatProgress({ ...progress, phase: "draining" })).toMatch(/200\/s {2}draining$/);
  });
});
