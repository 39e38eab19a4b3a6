import { describe, expect, it } from "vitest";
import { conductOf, type Misbehaviour } from "../../../local/fleet/conduct";
import { seededRandom } from "../../../local/fleet/random";
import { silenceLength } from "../../../local/fleet/silence-length";
import { checkWatchRules } from "../../../watch/rules/check-rules";

const NONE: Misbehaviour = { silence: 0, drift: 0, flap: 0, silenceMs: 30_000 };

/** What each device of a fleet does over three minutes, looked at each 100 ms. */
function watched(devices: number, wrong: Misbehaviour, seed = 1) {
  const conducts = conductOf(devices, wrong, seededRandom(seed));
  return conducts.map((conduct) =>
    Array.from({ length: 1800 }, (_, i) => ({ silent: conduct.isSilent(i * 100), level: conduct.level(i * 100) })),
  );
}

describe("conductOf", () => {
  it("has nobody misbehave where nobody is asked to", () => {
    expect(
      watched(3, NONE)
        .flat()
        .every(({ silent, level }) => !silent && level === undefined),
    ).toBe(true);
  });

  it("gives as many devices as were asked for one way each to misbehave, the same ones for the same seed", () => {
    const wrong = { ...NONE, silence: 0.2, drift: 0.1, flap: 0.3 };
    const fleet = watched(20, wrong);
    const silent = fleet.filter((moments) => moments.some(({ silent }) => silent));
    const levelled = fleet.filter((moments) => moments.some(({ level }) => level !== undefined));
    expect([silent.length, levelled.length]).toEqual([4, 8]);
    expect(silent.some((moments) => levelled.includes(moments))).toBe(false);
    expect(watched(20, wrong)).toEqual(fleet);
    expect(watched(20, wrong, 2)).not.toEqual(fleet);
  });

  it("lets a silent device speak first, be silent for the time that was asked for, and come back", () => {
    const [moments = []] = watched(1, { ...NONE, silence: 1 });
    const from = moments.findIndex(({ silent }) => silent);
    const until = moments.findIndex(({ silent }, i) => i > from && !silent);
    expect(from).toBeGreaterThan(4);
    expect((until - from) * 100).toBe(30_000);
    expect(moments.slice(until, until + 200).some(({ silent }) => silent)).toBe(false);
  });

  it("drifts slowly over the bound and back, and flaps at once", () => {
    const levelsOf = (wrong: Partial<Misbehaviour>) =>
      (watched(1, { ...NONE, ...wrong })[0] ?? []).map(({ level = 0 }) => level);
    const steepest = (levels: number[]) =>
      Math.max(...levels.slice(1).map((level, i) => Math.abs(level - (levels[i] ?? 0))));
    const outside = (levels: number[]) => levels.filter((level, i) => level > 1 && (levels[i - 1] ?? 0) <= 1).length;
    const [drift, flap] = [levelsOf({ drift: 1 }), levelsOf({ flap: 1 })];
    expect([steepest(drift) < 0.05, steepest(flap) > 0.5]).toEqual([true, true]);
    expect(outside(drift)).toBeGreaterThan(2);
    expect(outside(flap)).toBeGreaterThan(2 * outside(drift));
  });
});

describe("silenceLength", () => {
  it("is found by the shortest rule at the next sweep, whatever the stream's clock is behind", () => {
    const checked = checkWatchRules({
      slow: { silentFor: "10m" },
      quick: { silentFor: "1m" },
      hot: { sensorType: "t", above: 1 },
    });
    expect(checked.ok && silenceLength(checked.rules, 5000)).toBe(72_000 + 5000 + 8000);
    expect(silenceLength([], 5000)).toBe(30_000);
  });
});
