import { isObject } from "../../contract/json";

/** What can be wrong with a store between a request and its answer. */
const STORE_KINDS = ["unavailable", "throttle", "error500", "reset", "hang", "latency", "unprocessed"] as const;
/** What can be wrong with an invocation: it does not run, or it runs and its answer is lost. */
const FUNCTION_KINDS = ["throw", "timeout"] as const;

/** How long an answer is held back where the fault does not say. */
export const DEFAULT_LATENCY_MS = 200;

/** A fault of a store, of the stream or of the topics. */
export interface StoreFault {
  readonly kind: (typeof STORE_KINDS)[number];
  /** Share of the requests that it hits, 0 to 1. */
  readonly share: number;
  /** For "latency": how long an answer is held back. @default 200 */
  readonly latencyMs?: number;
}

/** Shards that refuse every write, as if another writer used them up. They can be read. */
export interface FullShards {
  readonly kind: "full";
  /** The shards that begin in this share of the hash keys, from the first one on. */
  readonly share: number;
}

/** A fault of the function. */
export interface FunctionFault {
  readonly kind: (typeof FUNCTION_KINDS)[number];
  readonly share: number;
}

/** What is broken at the moment; an absent part works. */
export interface Faults {
  readonly dynamodb?: StoreFault;
  readonly s3?: StoreFault;
  readonly kinesis?: StoreFault | FullShards;
  readonly sns?: StoreFault;
  readonly function?: FunctionFault;
}

/** Reads the body of PUT /_local/faults. Bad input is a value: all that is wrong with it. */
export function parseFaults(text: string): { ok: true; faults: Faults } | { ok: false; problems: readonly string[] } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { ok: false, problems: ["the body must be JSON"] };
  }
  if (!isObject(body)) return { ok: false, problems: ["the body must be an object"] };
  const problems = Object.entries(body).flatMap(([part, fault]) => faultProblems(part, fault));
  // The checks above have looked at every field.
  return problems.length > 0 ? { ok: false, problems } : { ok: true, faults: body as Faults };
}

function faultProblems(part: string, fault: unknown): string[] {
  const kinds: Readonly<Record<string, readonly string[]>> = {
    dynamodb: STORE_KINDS,
    s3: STORE_KINDS.filter((kind) => kind !== "unprocessed"),
    kinesis: [...STORE_KINDS.filter((kind) => kind !== "unprocessed"), "full"],
    sns: STORE_KINDS.filter((kind) => kind !== "unprocessed"),
    function: FUNCTION_KINDS,
  };
  const allowed = Object.hasOwn(kinds, part) ? kinds[part] : undefined;
  if (!allowed) return [`"${part}" must be one of ${Object.keys(kinds).join(", ")}`];
  if (!isObject(fault)) return [`"${part}" must be an object with "kind" and "share"`];
  const problems: string[] = [];
  if (typeof fault.kind !== "string" || !allowed.includes(fault.kind))
    problems.push(`"${part}.kind" must be one of ${allowed.join(", ")}, got ${JSON.stringify(fault.kind)}`);
  if (!isBetween(fault.share, 0, 1))
    problems.push(`"${part}.share" must be a number from 0 to 1, got ${JSON.stringify(fault.share)}`);
  if (fault.latencyMs !== undefined && (fault.kind !== "latency" || !isBetween(fault.latencyMs, 0, 600_000)))
    problems.push(`"${part}.latencyMs" goes with the kind "latency", a number from 0 to 600000`);
  for (const key of Object.keys(fault).filter((name) => !["kind", "share", "latencyMs"].includes(name)))
    problems.push(`"${part}.${key}" is not known`);
  return problems;
}

function isBetween(value: unknown, min: number, max: number): boolean {
  return typeof value === "number" && value >= min && value <= max;
}

/** The faults in force, and how often each part was hit. */
export class FaultBoard {
  readonly #random: () => number;
  #faults: Faults = {};
  readonly #hits = new Map<keyof Faults, number>();

  constructor(random: () => number) {
    this.#random = random;
  }

  get faults(): Faults {
    return this.#faults;
  }

  get hits(): Readonly<Partial<Record<keyof Faults, number>>> {
    return Object.fromEntries(this.#hits);
  }

  set(faults: Faults): void {
    this.#faults = faults;
  }

  /** The fault that hits this request or invocation, or undefined. */
  strike<Part extends keyof Faults>(part: Part): Exclude<Faults[Part], FullShards> | undefined {
    const fault = this.#faults[part];
    if (!fault || fault.kind === "full" || this.#random() >= fault.share) return undefined;
    this.#hit(part);
    return fault as Exclude<Faults[Part], FullShards>;
  }

  /** Whether the shard that begins at `place` (0 to 1 of the hash keys) refuses this write. */
  isFull(place: number): boolean {
    const fault = this.#faults.kinesis;
    if (fault?.kind !== "full" || place >= fault.share) return false;
    this.#hit("kinesis");
    return true;
  }

  #hit(part: keyof Faults): void {
    this.#hits.set(part, (this.#hits.get(part) ?? 0) + 1);
  }
}
