import type { StoredReading } from "../../stores/unpacked";
import type { AlarmEvent } from "../../watch/machine/alarm-event";
import { qualityOf } from "../../watch/machine/quality";
import { Trial } from "../../watch/machine/trial";
import type { ReadingEvent } from "../../watch/machine/watch-event";
import type { RuleSet } from "../../watch/rules/rule-set";

/** What the rules would have done at a device. */
export interface TriedEvent {
  readonly deviceId: string;
  readonly event: AlarmEvent;
}

/** A device on trial, and its readings that arrived later than the newest time that was read. */
interface Tried {
  readonly trial: Trial;
  /** In the order of arrival. */
  readonly waiting: ReadingEvent[];
}

/**
 * Tries rules over the stored readings of many devices, which come in the order of their times and are judged in the order of their
 * arrival. It holds a state for each device, and what has not arrived yet at the time that is read.
 */
export class TriedDevices {
  readonly #rules: RuleSet;
  readonly #devices = new Map<string, Tried>();
  #readings = 0;

  constructor(rules: RuleSet) {
    this.#rules = rules;
  }

  /** How many devices and readings there were. */
  get counts(): { readonly devices: number; readonly readings: number } {
    return { devices: this.#devices.size, readings: this.#readings };
  }

  /** Takes the next reading. What is certain by now comes back. */
  read(reading: StoredReading): readonly TriedEvent[] {
    const { deviceId, timestamp } = reading;
    const device = this.#devices.get(deviceId) ?? { trial: new Trial(deviceId, this.#rules), waiting: [] };
    this.#devices.set(deviceId, device);
    this.#readings += 1;
    insert(device.waiting, eventOf(reading));
    return this.#judge(deviceId, device, timestamp);
  }

  /** Judges what is left, and looks at each device once more, at the stream's clock. */
  end(until: number): readonly TriedEvent[] {
    return [...this.#devices].flatMap(([deviceId, device]) => [
      ...this.#judge(deviceId, device, Number.POSITIVE_INFINITY),
      ...named(deviceId, device.trial.sweep(until)),
    ]);
  }

  /** What arrived up to this time: a reading that is read later has a later time, and so a later arrival. */
  #judge(deviceId: string, { trial, waiting }: Tried, until: number): readonly TriedEvent[] {
    const first = waiting.findIndex(({ arrivedAt }) => arrivedAt > until);
    const arrived = waiting.splice(0, first < 0 ? waiting.length : first);
    return named(
      deviceId,
      arrived.flatMap((event) => trial.read(event)),
    );
  }
}

/** Puts a reading behind all that arrived before it: nearly always at the end. */
function insert(waiting: ReadingEvent[], event: ReadingEvent): void {
  let place = waiting.length;
  while (place > 0 && (waiting[place - 1]?.arrivedAt ?? 0) > event.arrivedAt) place -= 1;
  waiting.splice(place, 0, event);
}

function eventOf({
  sensorType,
  value,
  timestamp,
  arrivedAt = timestamp,
  isAnomaly,
  metadata,
}: StoredReading): ReadingEvent {
  const { quality } = (metadata ?? {}) as { readonly quality?: unknown };
  return { type: "reading", sensorType, value, time: timestamp, arrivedAt, isAnomaly, quality: qualityOf(quality) };
}

function named(deviceId: string, events: readonly AlarmEvent[]): readonly TriedEvent[] {
  return events.map((event) => ({ deviceId, event }));
}
