import type { Faults, FullShards, FunctionFault, StoreFault } from "./endpoint-faults";

/** One thing that goes wrong, and how long it stays so. */
export interface ChaosEvent {
  /** Peace before it. */
  readonly afterMs: number;
  /** How long the faults stay in force; 0 for what happens in a moment. */
  readonly forMs: number;
  readonly faults: Faults;
  /** Share of the connections that break at its start, from the device's side or the broker's. */
  readonly breaks?: { readonly side: "device" | "broker"; readonly share: number };
  /** Whether the stream's shards are split or merged. */
  readonly reshards?: true;
}

const MIN_PEACE_MS = 1000;
const MAX_PEACE_MS = 4000;
const MIN_FAULT_MS = 1000;
/** Well below the ten seconds for which a message of the rule is tried, so that a rule error is a finding and not the plan. */
const MAX_FAULT_MS = 6000;

const STORE_FAULTS: Readonly<Record<"dynamodb" | "s3", readonly StoreFault["kind"][]>> = {
  dynamodb: ["unprocessed", "throttle", "error500", "reset", "latency", "unavailable", "hang"],
  s3: ["throttle", "error500", "reset", "latency", "unavailable"],
};
const TOPIC_FAULTS: readonly StoreFault["kind"][] = ["throttle", "error500", "reset", "latency", "unavailable"];
const STREAM_FAULTS: readonly StoreFault["kind"][] = ["throttle", "error500", "reset", "latency", "unavailable"];
const FUNCTION_FAULTS: readonly FunctionFault["kind"][] = ["throw", "timeout"];

/** An endless run of bad luck, the same one for the same randomness. `breaksTopics`: somebody publishes to topics. */
export function* chaosEvents(random: () => number, breaksTopics = false): Generator<ChaosEvent, never> {
  const between = (min: number, max: number) => Math.round(min + random() * (max - min));
  const share = (min: number, max: number) => Number((min + random() * (max - min)).toFixed(2));
  const oneOf = <T>(values: readonly [T, ...T[]] | readonly T[]): T =>
    values[Math.floor(random() * values.length)] as T;
  const storeFault = (kinds: readonly StoreFault["kind"][]): StoreFault => {
    const kind = oneOf(kinds);
    return { kind, share: share(0.2, 1), ...(kind === "latency" ? { latencyMs: between(100, 1500) } : {}) };
  };
  const misfortunes: readonly (() => Pick<ChaosEvent, "faults" | "breaks" | "reshards">)[] = [
    () => ({ faults: { dynamodb: storeFault(STORE_FAULTS.dynamodb) } }),
    () => ({ faults: { s3: storeFault(STORE_FAULTS.s3) } }),
    () => ({ faults: { dynamodb: storeFault(STORE_FAULTS.dynamodb), s3: storeFault(STORE_FAULTS.s3) } }),
    () => ({ faults: { kinesis: storeFault(STREAM_FAULTS) } }),
    () => ({ faults: { kinesis: { kind: "full", share: share(0.2, 1) } } }),
    () => ({ faults: {}, reshards: true }),
    () => ({ faults: { function: { kind: oneOf(FUNCTION_FAULTS), share: share(0.1, 0.6) } } }),
    () => ({ faults: {}, breaks: { side: "device", share: share(0.1, 1) } }),
    () => ({ faults: {}, breaks: { side: "broker", share: share(0.1, 1) } }),
    ...(breaksTopics ? [() => ({ faults: { sns: storeFault(TOPIC_FAULTS) } })] : []),
  ];
  for (;;) {
    const misfortune = oneOf(misfortunes)();
    yield {
      afterMs: between(MIN_PEACE_MS, MAX_PEACE_MS),
      forMs: misfortune.breaks || misfortune.reshards ? 0 : between(MIN_FAULT_MS, MAX_FAULT_MS),
      ...misfortune,
    };
  }
}

/** An event in words: `dynamodb throttle 60 % for 4.0 s`. */
export function describeEvent({ faults, breaks, reshards, forMs }: ChaosEvent): string {
  const parts = Object.entries(faults).map(
    ([part, fault]: [string, StoreFault | FullShards | FunctionFault]) =>
      `${part} ${fault.kind} ${percent(fault.share)}`,
  );
  if (reshards) return "the stream is resharded";
  if (breaks) return `${percent(breaks.share)} of the connections break, from the ${breaks.side}'s side`;
  return `${parts.join(", ")} for ${(forMs / 1000).toFixed(1)} s`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
