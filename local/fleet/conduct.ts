/** What devices do wrong on request: shares of the fleet, from 0 to 1. A device does one of these at most. */
export interface Misbehaviour {
  /** Devices that fall silent for a while and come back. */
  readonly silence: number;
  /** Devices whose values drift out of bounds and return. */
  readonly drift: number;
  /** Devices whose values go in and out of bounds quickly. */
  readonly flap: number;
  /** How long a silence lasts, milliseconds. */
  readonly silenceMs: number;
}

/** How a device behaves at a moment. Times are milliseconds; they must not go back. */
export interface Conduct {
  /** Whether it says nothing. */
  isSilent(now: number): boolean;
  /** Where its values are: 0 is the middle of the bounds, 1 is a bound; undefined: anywhere within them. */
  level(now: number): number | undefined;
}

/** A stretch of a device's time, over and over: how long, and where its values are from its begin to its end. */
interface Stretch {
  readonly ms: number;
  readonly isSilent?: boolean;
  readonly from?: number;
  readonly to?: number;
}

/** Well outside, so that a deadband or a limit close to the bound does not matter. */
const OUTSIDE = 1.3;
const INSIDE = 0.4;

const GOOD: Conduct = { isSilent: () => false, level: () => undefined };

/** The devices' conduct, in their order, the same for the same randomness. */
export function conductOf(devices: number, wrong: Misbehaviour, random: () => number): readonly Conduct[] {
  const places = shuffled(devices, random);
  const conducts = new Array<Conduct>(devices).fill(GOOD);
  const between = (min: number, max: number) => min + random() * (max - min);
  const ways: readonly (readonly [share: number, stretches: () => Generator<Stretch>])[] = [
    [wrong.silence, () => silences(wrong.silenceMs, between)],
    [wrong.drift, () => drifts(between)],
    [wrong.flap, () => flaps(between)],
  ];
  for (const [share, stretches] of ways)
    for (const place of places.splice(0, Math.round(share * devices)))
      conducts[place] = new ConductInStretches(stretches());
  return conducts;
}

type Between = (min: number, max: number) => number;

function* silences(silenceMs: number, between: Between): Generator<Stretch> {
  // It has to speak once before it can be missed.
  yield { ms: between(500, 1500) };
  for (;;) {
    yield { ms: silenceMs, isSilent: true };
    yield { ms: between(20_000, 40_000) };
  }
}

function* drifts(between: Between): Generator<Stretch> {
  for (;;) {
    yield { ms: between(3_000, 10_000), from: INSIDE, to: INSIDE };
    yield { ms: between(4_000, 8_000), from: INSIDE, to: OUTSIDE };
    yield { ms: between(8_000, 15_000), from: OUTSIDE, to: OUTSIDE };
    yield { ms: between(4_000, 8_000), from: OUTSIDE, to: INSIDE };
  }
}

function* flaps(between: Between): Generator<Stretch> {
  for (;;) {
    yield { ms: between(2_000, 5_000), from: INSIDE, to: INSIDE };
    yield { ms: between(2_000, 5_000), from: OUTSIDE, to: OUTSIDE };
  }
}

class ConductInStretches implements Conduct {
  readonly #stretches: Generator<Stretch>;
  #now: Stretch;
  /** When the stretch began; it begins when the device is first asked. */
  #since: number | undefined;

  constructor(stretches: Generator<Stretch>) {
    this.#stretches = stretches;
    this.#now = stretches.next().value;
  }

  isSilent(now: number): boolean {
    return this.#at(now).isSilent === true;
  }

  level(now: number): number | undefined {
    const { ms, from, to } = this.#at(now);
    if (from === undefined || to === undefined) return undefined;
    return from + ((to - from) * (now - (this.#since ?? now))) / ms;
  }

  #at(now: number): Stretch {
    this.#since ??= now;
    while (now - this.#since >= this.#now.ms) {
      this.#since += this.#now.ms;
      this.#now = this.#stretches.next().value;
    }
    return this.#now;
  }
}

/** The numbers below `count`, in an order that chance chooses. */
function shuffled(count: number, random: () => number): number[] {
  const numbers = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [numbers[i], numbers[j]] = [numbers[j] as number, numbers[i] as number];
  }
  return numbers;
}
