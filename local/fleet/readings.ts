import type { AnomalyLimit, AnomalyLimits } from "../../contract/variables";

/** A reading as a device publishes it. */
export interface FleetReading {
  readonly deviceId: string;
  readonly sensorType: string;
  readonly value: number;
  readonly timestamp: number;
  readonly metadata: { readonly location: string };
}

/** A reading as a device without a clock publishes it. `mark` tells its payload from another one with the same value. */
export function timelessReading({ timestamp: _, metadata, ...rest }: FleetReading, mark: string) {
  return { ...rest, metadata: { ...metadata, mark } };
}

/** Types that the fleet measures beside those with bounds; one has a name that is not ASCII, as a Brazilian plant's do. */
const UNBOUNDED_TYPES = ["humidity", "vibração"];
/** How far from a bound a simulated value goes where there is no bound on the other side. */
const REACH = 100;

/** The simulated devices' names, `sensor-001` and on. */
export function deviceNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `sensor-${String(i + 1).padStart(3, "0")}`);
}

/** The sensor types of the fleet: those that the stack has bounds for, and some that have none. */
export function fleetSensorTypes(limits: AnomalyLimits): string[] {
  return [...new Set([...Object.keys(limits), ...UNBOUNDED_TYPES])];
}

/** A value inside the bounds. */
export function normalValue(limit: AnomalyLimit, random: () => number): number {
  const [low, high] = bounds(limit);
  const margin = (high - low) * 0.05;
  return rounded(low + margin + random() * (high - low - 2 * margin));
}

/** A value outside the bounds, or undefined where there are none. */
export function anomalousValue(limit: AnomalyLimit, random: () => number): number | undefined {
  const beyond = 1 + random() * REACH;
  if (limit.max !== undefined && (limit.min === undefined || random() < 0.5)) return rounded(limit.max + beyond);
  return limit.min === undefined ? undefined : rounded(limit.min - beyond);
}

/**
 * A value at a level of the bounds: 0 is their middle, 1 the upper bound, or the lower one where that is the only one. Undefined where there
 * are none.
 */
export function valueAtLevel(limit: AnomalyLimit, level: number, random: () => number): number | undefined {
  if (limit.min === undefined && limit.max === undefined) return undefined;
  const [low, high] = bounds(limit);
  const towards = limit.max === undefined ? low : high;
  const middle = (low + high) / 2;
  const noise = (random() - 0.5) * (high - low) * 0.02;
  return rounded(middle + (towards - middle) * level + noise);
}

function bounds({ min, max }: AnomalyLimit): [number, number] {
  if (min === undefined && max === undefined) return [0, REACH];
  return [min ?? (max ?? 0) - REACH, max ?? (min ?? 0) + REACH];
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}

/** Makes one device's readings. Its timestamps grow by at least one millisecond, so that no two of them have one key. */
export class ReadingSource {
  readonly #limits: AnomalyLimits;
  readonly #random: () => number;
  #lastTimestamp = 0;
  #turn = 0;

  constructor(
    readonly deviceId: string,
    limits: AnomalyLimits,
    random: () => number,
  ) {
    this.#limits = limits;
    this.#random = random;
    this.#turn = Math.floor(random() * 1000);
  }

  /**
   * The next reading; `anomalous` asks for one out of bounds, which only a type with bounds can give.
   * @param wanted The sensor type, where it can be had.
   * @param level Where the values of types with bounds are; it goes before `anomalous`.
   */
  next(now: number, anomalous: boolean, wanted?: string, level?: number): FleetReading {
    const types = anomalous && level === undefined ? Object.keys(this.#limits) : fleetSensorTypes(this.#limits);
    this.#turn += 1;
    const sensorType =
      wanted !== undefined && types.includes(wanted) ? wanted : (types[this.#turn % types.length] ?? "humidity");
    const limit = this.#limits[sensorType] ?? {};
    const given =
      level === undefined
        ? anomalous
          ? anomalousValue(limit, this.#random)
          : undefined
        : valueAtLevel(limit, level, this.#random);
    return {
      deviceId: this.deviceId,
      sensorType,
      value: given ?? normalValue(limit, this.#random),
      timestamp: this.nextTimestamp(now),
      metadata: { location: `assembly-line-${1 + (this.#turn % 4)}` },
    };
  }

  nextTimestamp(now: number): number {
    this.#lastTimestamp = Math.max(now, this.#lastTimestamp + 1);
    return this.#lastTimestamp;
  }
}
