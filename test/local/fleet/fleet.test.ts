import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Fleet, type Publish } from "../../../local/fleet/fleet";
import { seededRandom } from "../../../local/fleet/random";

vi.mock("../../../local/fleet/device", () => ({
  Device: class {
    readonly ready = true;
    readonly inFlight = 0;
    readonly publish = () => {};
    constructor(readonly name: string) {}
  },
}));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
// The next suite of this process has the device as it is.
afterAll(() => {
  vi.doUnmock("../../../local/fleet/device");
});

const T = Date.UTC(2026, 0, 31);

/** A fleet of one device, which falls silent, and what it publishes. */
function silentFleet(now: () => number) {
  const publishes: Publish[] = [];
  const fleet = new Fleet(
    {
      devices: 1,
      ratePerSecond: 10,
      anomalyShare: 0,
      badShare: 0,
      limits: {},
      topicOf: (device) => device,
      mqttPort: 0,
      misbehaviour: { silence: 1, drift: 0, flap: 0, silenceMs: 10_000 },
      perMessage: 1,
      form: "list",
    },
    {
      random: seededRandom(1),
      conductRandom: seededRandom(1),
      now,
      onPublish: (publish) => {
        publishes.push(publish);
        return () => {};
      },
    },
  );
  return { fleet, publishes };
}

describe("Fleet", () => {
  it("ends a silence in time, and begins the next, where the clock is set back", () => {
    let elapsed = 0;
    const { fleet, publishes } = silentFleet(() => T - 60_000 * elapsed++);
    fleet.start();
    vi.advanceTimersByTime(5000);
    const before = publishes.length;
    expect(before).toBeLessThan(20);
    vi.advanceTimersByTime(10_000);
    expect(publishes.length).toBeGreaterThan(before);
    fleet.pause();
  });
});
