import type { AnomalyLimits } from "../../contract/variables";
import { spoil } from "./bad-messages";
import { Device } from "./device";
import { Pacer } from "./pacer";
import { deviceNames, ReadingSource, timelessReading } from "./readings";

const TICK_MS = 10;
/** Readings without a timestamp, of all good ones: their time is their arrival, and a redelivered one is another reading. */
export const TIMELESS_SHARE = 0.02;
/** Connections that are opened at a time. */
const CONNECTING_AT_ONCE = 50;

/** How many devices publish what, how often and where. Shares are from 0 to 1. */
export interface FleetSettings {
  readonly devices: number;
  readonly ratePerSecond: number;
  readonly anomalyShare: number;
  readonly badShare: number;
  readonly limits: AnomalyLimits;
  /** The topic that a device publishes to. */
  readonly topicOf: (device: string) => string;
  readonly mqttPort: number;
}

/** A publish, at the moment it is made. */
export interface Publish {
  readonly device: string;
  readonly payload: Buffer;
  readonly publishedAt: number;
}

/** Randomness, clock, and who hears of each message. */
export interface FleetPorts {
  readonly random: () => number;
  readonly now: () => number;
  readonly onPublish: (publish: Publish) => void;
  readonly onAcknowledged: (publish: Publish) => void;
}

/** The simulated devices: real MQTT connections that publish at QoS 1, at one even rate for all together. */
export class Fleet {
  readonly #settings: FleetSettings;
  readonly #ports: FleetPorts;
  readonly #members: readonly { device: Device; source: ReadingSource }[];
  #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #marked = 0;

  constructor(settings: FleetSettings, ports: FleetPorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#members = deviceNames(settings.devices).map((name) => ({
      device: new Device(name, settings.mqttPort),
      source: new ReadingSource(name, settings.limits, ports.random),
    }));
  }

  /** Publishes that wait for their PUBACK. */
  get inFlight(): number {
    return this.#members.reduce((sum, { device }) => sum + device.inFlight, 0);
  }

  async connect(): Promise<void> {
    const waiting = this.#members.map(({ device }) => device);
    const worker = async () => {
      for (let device = waiting.shift(); device; device = waiting.shift()) await device.connect();
    };
    await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, worker));
  }

  start(): void {
    const pacer = new Pacer(this.#settings.ratePerSecond, performance.now());
    this.#timer = setInterval(() => pacer.take(this.#publish(pacer.due(performance.now()))), TICK_MS);
  }

  /** Publishes no more. What is in flight goes on. */
  pause(): void {
    clearInterval(this.#timer);
  }

  /** Breaks the connections that `pick` chooses, from the devices' side. */
  breakConnections(pick: () => boolean): number {
    const chosen = this.#members.filter(pick);
    for (const { device } of chosen) device.breakConnection();
    return chosen.length;
  }

  async stop(): Promise<void> {
    this.pause();
    await Promise.all(this.#members.map(({ device }) => device.stop()));
  }

  /** Publishes up to `count` readings, one device after the other, and returns how many; a device that is not ready is passed over. */
  #publish(count: number): number {
    let published = 0;
    for (let passedOver = 0; published < count && passedOver < this.#members.length; ) {
      const member = this.#members[this.#next];
      this.#next = (this.#next + 1) % this.#members.length;
      if (member?.device.ready) {
        this.#publishOne(member.device, member.source);
        published += 1;
        passedOver = 0;
      } else passedOver += 1;
    }
    return published;
  }

  #publishOne(device: Device, source: ReadingSource): void {
    const { random, now, onPublish, onAcknowledged } = this.#ports;
    const publishedAt = now();
    const bad = random() < this.#settings.badShare;
    const reading = source.next(publishedAt, !bad && random() < this.#settings.anomalyShare);
    const isTimeless = !bad && random() < TIMELESS_SHARE;
    const payload = bad
      ? spoil(reading, this.#mark("bad"), random)
      : Buffer.from(JSON.stringify(isTimeless ? timelessReading(reading, this.#mark("timeless")) : reading));
    const publish = { device: device.name, payload, publishedAt };
    onPublish(publish);
    device.publish(this.#settings.topicOf(device.name), payload, () => onAcknowledged(publish));
  }

  #mark(kind: string): string {
    this.#marked += 1;
    return `${kind}-${this.#marked}`;
  }
}
