import { createHash } from "node:crypto";
import type { AnomalyLimit } from "../../contract/variables";
import { globTest } from "./device-glob";
import { MINUTE_MS } from "./duration";
import { quietUntil } from "./quiet-time";
import { QUALITY, QUALITY_RULE, type QuietWindow, type WatchRule } from "./rule";
import { behindTheirUpper } from "./under";

/** How long a value holds where no rule says how often its sensor speaks. */
const DEFAULT_HOLD_MS = 15 * MINUTE_MS;
/** Most findings that are kept: a device may make up sensor types for as long as the function is warm. */
const MAX_FOUND = 10_000;

/** The rules of a deployment, and which of them watch whom. What it finds it keeps for a while. */
export class RuleSet {
  /** Each behind the one that it is under. */
  readonly rules: readonly WatchRule[];
  readonly #byName: ReadonlyMap<string, WatchRule>;
  readonly #places: ReadonlyMap<string, number>;
  readonly #hashes: ReadonlyMap<string, string>;
  readonly #anomalyLimits: ReadonlyMap<string, AnomalyLimit>;
  readonly #fits: ReadonlyMap<string, (deviceId: string) => boolean>;
  readonly #found = new Map<string, readonly WatchRule[]>();

  constructor(
    rules: readonly WatchRule[],
    readonly quiet: readonly QuietWindow[] = [],
    /** The processor's bounds, by sensor type. */
    anomalyLimits: ReadonlyMap<string, AnomalyLimit> = new Map(),
  ) {
    this.#anomalyLimits = anomalyLimits;
    this.rules = behindTheirUpper(rules);
    const all = [...this.rules, QUALITY];
    this.#places = new Map(all.map(({ name }, place) => [name, place]));
    this.#byName = new Map(all.map((rule) => [rule.name, rule]));
    this.#hashes = new Map(all.map((rule) => [rule.name, judgedBy(rule)]));
    this.#fits = new Map([...all, ...quiet].map(({ device }) => [device, globTest(device)]));
  }

  /** The rule of a name that watches the device's sensor ("" is the device itself). */
  find(name: string, deviceId: string, sensorType: string): WatchRule | undefined {
    const rule = this.#byName.get(name);
    return rule && this.#isOver(rule, deviceId) && watches(rule, sensorType) ? rule : undefined;
  }

  /** The rule's place: what happens at one instant happens in this order. */
  placeOf({ name }: WatchRule): number {
    return this.#places.get(name) ?? 0;
  }

  /** Changes when what the rule judges by changes, and not with its words. */
  hashOf(rule: WatchRule): string {
    return this.#hashes.get(rule.name) ?? "";
  }

  /** Changes when what any rule judges by changes. */
  get hash(): string {
    return digest([...this.#hashes.values()].join());
  }

  /** The rules that judge a sensor's readings. */
  ofReadings(deviceId: string, sensorType: string): readonly WatchRule[] {
    return this.#once(`r/${deviceId}/${sensorType}`, () =>
      this.ofSensor(deviceId, sensorType).filter(({ condition: { kind } }) => kind !== "silent" && kind !== "quality"),
    );
  }

  /** Those that a sensor's alarms can be of: they judge its readings or its silence, or its own word about them. */
  ofSensor(deviceId: string, sensorType: string): readonly WatchRule[] {
    return this.#once(`a/${deviceId}/${sensorType}`, () =>
      [...this.rules, QUALITY].filter((rule) => this.#isOver(rule, deviceId) && watches(rule, sensorType)),
    );
  }

  /** The rules that find the device or a sensor of it silent. */
  ofSilence(deviceId: string): readonly WatchRule[] {
    return this.#once(`s/${deviceId}`, () =>
      this.rules.filter((rule) => rule.condition.kind === "silent" && this.#isOver(rule, deviceId)),
    );
  }

  /** How long a value of the sensor holds without another. A rule of the sensor's own silence goes before the device's. */
  holdMs(deviceId: string, sensorType: string, rule: WatchRule): number {
    const silence = this.ofSilence(deviceId);
    const own = silence.filter((each) => each.sensorType !== undefined && isSameType(each.sensorType, sensorType));
    const told = (own.length > 0 ? own : silence.filter((each) => each.sensorType === undefined)).map(silentForMs);
    return told.length > 0 ? Math.min(...told) : Math.max(DEFAULT_HOLD_MS, rule.forMs, rule.clearForMs);
  }

  /** The bounds of `anomaly: true`. */
  boundsOf(sensorType: string): AnomalyLimit {
    return this.#anomalyLimits.get(sensorType) ?? this.#anomalyLimits.get(sensorType.toLowerCase()) ?? {};
  }

  /** The quiet time that the device is in, and until when at least. Of several, the one that lasts longest. */
  quietAt(deviceId: string, at: number): { readonly reason: string; readonly until: number } | undefined {
    let longest: { readonly reason: string; readonly until: number } | undefined;
    for (const window of this.quiet) {
      if (!this.#isOver(window, deviceId)) continue;
      const until = quietUntil(window, at);
      if (until !== undefined && until > (longest?.until ?? at)) longest = { reason: window.reason, until };
    }
    return longest;
  }

  #once(key: string, find: () => readonly WatchRule[]): readonly WatchRule[] {
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const found = find();
    if (this.#found.size >= MAX_FOUND) this.#found.clear();
    this.#found.set(key, found);
    return found;
  }

  #isOver({ device }: { readonly device: string }, deviceId: string): boolean {
    return this.#fits.get(device)?.(deviceId) ?? false;
  }
}

/** The delay of a rule that finds silence. */
export function silentForMs({ condition }: WatchRule): number {
  return condition.kind === "silent" ? condition.forMs : Number.POSITIVE_INFINITY;
}

/** A type that differs by its case alone is the same, as it is for the processor's bounds. */
export function isSameType(one: string, other: string): boolean {
  return one === other || one.toLowerCase() === other.toLowerCase();
}

function watches({ sensorType, condition }: WatchRule, sensor: string): boolean {
  if (condition.kind === "silent" && sensorType === undefined) return sensor === "";
  return sensor !== "" && (sensorType === undefined || isSameType(sensorType, sensor));
}

function judgedBy({ name, condition, deadband, forMs, clearForMs }: WatchRule): string {
  return name === QUALITY_RULE ? QUALITY_RULE : digest(JSON.stringify([name, condition, deadband, forMs, clearForMs]));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 6);
}
