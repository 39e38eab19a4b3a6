import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../local/fleet/random";
import {
  anomalousValue,
  deviceNames,
  normalValue,
  ReadingSource,
  timelessReading,
} from "../../../local/fleet/readings";

const LIMITS = { temperature: { min: 0, max: 100 }, pressure: { max: 200 }, level: { min: 5 } };

describe("deviceNames", () => {
  it("counts from one", () => {
    expect(deviceNames(2)).toEqual(["sensor-001", "sensor-002"]);
    expect(deviceNames(0)).toEqual([]);
  });
});

describe("timelessReading", () => {
  it("has no timestamp, and a payload that no other one has", () => {
    const metadata = { location: "assembly-line-1" };
    const reading = {
      deviceId: "sensor-001",
      sensorType: "humidity",
      value: 40,
      timestamp: 1_767_225_600_000,
      metadata,
    };
    expect(timelessReading(reading, "timeless-1")).toEqual({
      deviceId: "sensor-001",
      sensorType: "humidity",
      value: 40,
      metadata: { location: "assembly-line-1", mark: "timeless-1" },
    });
  });
});

describe("simulated values", () => {
  it("lie inside or outside of the bounds, as asked", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(LIMITS)),
        fc.nat(),
        (limit: { min?: number; max?: number }, seed) => {
          const random = seededRandom(seed);
          const isInside = (value: number) => value >= (limit.min ?? -1e9) && value <= (limit.max ?? 1e9);
          expect(isInside(normalValue(limit, random))).toBe(true);
          expect(isInside(anomalousValue(limit, random) ?? Number.NaN)).toBe(false);
        },
      ),
    );
  });

  it("are never outside where there are no bounds", () => {
    expect(anomalousValue({}, () => 0.5)).toBeUndefined();
  });
});

describe("ReadingSource", () => {
  it("never makes two readings with one key, whatever the clock does", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ now: fc.nat(50), anomalous: fc.boolean() }), { maxLength: 60 }), (steps) => {
        const source = new ReadingSource("sensor-001", LIMITS, seededRandom(1));
        const keys = steps.map(({ now, anomalous }) => {
          const { timestamp, sensorType } = source.next(1_767_225_600_000 + now, anomalous);
          return `${timestamp}#${sensorType}`;
        });
        expect(new Set(keys).size).toBe(steps.length);
      }),
    );
  });

  it("measures every type, and gives an anomaly to those with bounds", () => {
    const source = new ReadingSource("sensor-001", LIMITS, seededRandom(1));
    const types = (anomalous: boolean) =>
      [
        ...new Set(Array.from({ length: 20 }, (_, i) => source.next(1_767_225_600_000 + i, anomalous).sensorType)),
      ].sort();
    expect(types(false)).toEqual(["humidity", "level", "pressure", "temperature", "vibração"]);
    expect(types(true)).toEqual(["level", "pressure", "temperature"]);
  });

  it("is the same for the same seed", () => {
    const first = () => new ReadingSource("sensor-001", LIMITS, seededRandom(5)).next(1_767_225_600_000, false);
    expect(first()).toEqual(first());
  });
});
