import { randomUUID } from "node:crypto";
import type { Counters } from "./counters";
import type { MappingDeps } from "./deps";
import { failureBody, failureKey, type GivenUp } from "./failure-object";
import { backoffMs } from "./retry-policy";
import type { MappingSettings } from "./settings";

/** AWS drops what it cannot deliver, and does not say after how many tries. */
const DELIVERY_TRIES = 3;

/** Takes what is given up: to the bucket where there is one, else nowhere. Never rejects. */
export class FailureDestination {
  readonly #settings: MappingSettings;
  readonly #deps: MappingDeps;
  readonly #counters: Counters;
  readonly #stopping: AbortSignal;

  constructor(settings: MappingSettings, deps: MappingDeps, counters: Counters, stopping: AbortSignal) {
    this.#settings = settings;
    this.#deps = deps;
    this.#counters = counters;
    this.#stopping = stopping;
  }

  async take(givenUp: GivenUp): Promise<void> {
    const { records } = givenUp;
    const delivered = await this.#deliver(givenUp);
    if (this.#stopping.aborted && !delivered) return;
    this.#counters[delivered ? "delivered" : "dropped"] += records.length;
    this.#deps.onSettled({ records, how: delivered ? "delivered" : "dropped", at: this.#deps.now() });
  }

  async #deliver(givenUp: GivenUp): Promise<boolean> {
    const { failureBucket } = this.#settings;
    if (failureBucket === undefined) return false;
    const at = this.#deps.now();
    const key = failureKey(this.#settings.uuid, givenUp.records[0].shardId, at, randomUUID());
    const body = failureBody(givenUp, this.#settings, at);
    for (let tries = 0; tries < DELIVERY_TRIES && !this.#stopping.aborted; tries += 1) {
      try {
        await this.#deps.putFailure(failureBucket, key, body);
        return true;
      } catch {
        await this.#deps.sleep(backoffMs(tries, this.#deps.random), this.#stopping);
      }
    }
    this.#counters.destinationFailures += 1;
    return false;
  }
}
