import pMap from "p-map";
import type { AnomalyLimits } from "../../contract/variables";
import { spoil } from "./bad-messages";
import { type Conduct, conductOf, type Misbehaviour } from "./conduct";
import { Device } from "./device";
import { type Form, messageOf, spoilMessage } from "./messages";
import { Pacer } from "./pacer";
import { deviceNames, ReadingSource, timelessReading } from "./readings";

const TICK_MS = 10;
/** Readings without a timestamp, of all good ones: their time is their arrival, and a redelivered one is another reading. */
export const TIMELESS_SHARE = 0.02;
/** Of the bad readings, those that are bad because their message is. */
const WHOLE_SHARE = 0.1;
/** Readings of a message that may be of another sensor type than its first. */
const MIXED_SHARE = 0.05;
/** Connections that are being opened, at most. */
const CONCURRENT_CONNECTS = 50;

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
  readonly misbehaviour: Misbehaviour;
  /** Readings of one message. */
  readonly perMessage: number;
  /** How a message of several readings is written. */
  readonly form: Form;
}

/** A publish, at the moment it is made. */
export interface Publish {
  readonly device: string;
  readonly payload: Buffer;
  readonly publishedAt: number;
}

/** What the fleet depends on. */
export interface FleetDeps {
  readonly random: () => number;
  /** Chooses what misbehaves, and how: what does not is the same with it and without. */
  readonly conductRandom: () => number;
  readonly now: () => number;
  /** Is called with each publish; returns what to call when it is acknowledged. */
  readonly onPublish: (publish: Publish) => () => void;
}

interface Member {
  readonly device: Device;
  readonly source: ReadingSource;
  readonly conduct: Conduct;
}

/** The simulated devices: real MQTT connections that publish at QoS 1, at one even rate for all together. */
export class Fleet {
  readonly #settings: FleetSettings;
  readonly #deps: FleetDeps;
  readonly #members: readonly Member[];
  #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #marked = 0;

  constructor(settings: FleetSettings, deps: FleetDeps) {
    this.#settings = settings;
    this.#deps = deps;
    const conducts = conductOf(settings.devices, settings.misbehaviour, deps.conductRandom);
    this.#members = deviceNames(settings.devices).map((name, place) => ({
      device: new Device(name, settings.mqttPort),
      source: new ReadingSource(name, settings.limits, deps.random),
      conduct: conducts[place] as Conduct,
    }));
  }

  /** Publishes that wait for their PUBACK. */
  get inFlight(): number {
    return this.#members.reduce((sum, { device }) => sum + device.inFlight, 0);
  }

  async connect(): Promise<void> {
    await pMap(this.#members, ({ device }) => device.connect(), { concurrency: CONCURRENT_CONNECTS });
  }

  start(): void {
    const { ratePerSecond, perMessage } = this.#settings;
    const pacer = new Pacer(ratePerSecond, performance.now(), perMessage);
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

  /** Publishes up to `count` readings, one device after the other, and returns how many; one that is not ready, or silent, is passed over. */
  #publish(count: number): number {
    const { perMessage } = this.#settings;
    let published = 0;
    for (let passedOver = 0; published + perMessage <= count && passedOver < this.#members.length; ) {
      const member = this.#members[this.#next];
      this.#next = (this.#next + 1) % this.#members.length;
      if (member?.device.ready && !member.conduct.isSilent(performance.now())) {
        this.#publishMessage(member);
        published += perMessage;
        passedOver = 0;
      } else passedOver += 1;
    }
    return published;
  }

  #publishMessage(member: Member): void {
    const { device } = member;
    const { now, onPublish } = this.#deps;
    const publishedAt = now();
    const { perMessage, form } = this.#settings;
    const isOfOne = perMessage === 1 && form === "list";
    const payload = isOfOne ? this.#reading(member, publishedAt) : this.#message(member, publishedAt);
    const onAcknowledged = onPublish({ device: device.name, payload, publishedAt });
    device.publish(this.#settings.topicOf(device.name), payload, onAcknowledged);
  }

  #reading({ source, conduct }: Member, now: number): Buffer {
    const { random } = this.#deps;
    const bad = random() < this.#settings.badShare;
    const reading = source.next(
      now,
      !bad && random() < this.#settings.anomalyShare,
      undefined,
      conduct.level(performance.now()),
    );
    const isTimeless = !bad && random() < TIMELESS_SHARE;
    if (bad) return spoil(reading, this.#mark("bad"), random);
    return Buffer.from(JSON.stringify(isTimeless ? timelessReading(reading, this.#mark("timeless")) : reading));
  }

  /** What the device has gathered since its last message: readings of one sensor type at an even pace, a few of others among them. */
  #message({ source, conduct }: Member, now: number): Buffer {
    const { random } = this.#deps;
    const { devices, ratePerSecond, perMessage, badShare, anomalyShare, form } = this.#settings;
    const gapMs = Math.max(1, Math.floor((devices / ratePerSecond) * 1000));
    let sensorType: string | undefined;
    const gathered = Array.from({ length: perMessage }, (_, place) => {
      const isBad = random() < badShare * (1 - WHOLE_SHARE);
      const at = now - (perMessage - 1 - place) * gapMs;
      const reading = source.next(
        at,
        !isBad && random() < anomalyShare,
        random() < MIXED_SHARE ? undefined : sensorType,
        conduct.level(performance.now()),
      );
      sensorType ??= reading.sensorType;
      // One of a message at most: of two that arrive together, nothing but their places would tell which is which.
      const isTimeless = form === "list" && !isBad && place === 0 && random() < TIMELESS_SHARE;
      return { reading, isTimeless, spoiled: isBad ? random() : undefined };
    });
    const message = messageOf(gathered, form);
    const isWhole = random() < badShare * WHOLE_SHARE;
    return isWhole ? spoilMessage(message, this.#mark("bad"), random()) : Buffer.from(message);
  }

  #mark(kind: string): string {
    this.#marked += 1;
    return `${kind}-${this.#marked}`;
  }
}
