import { randomUUID } from "node:crypto";
import type { Counters } from "./counters";
import { failureBody, failureKey, type GivenUp } from "./failure-object";
import type { MappingPorts } from "./ports";
import { backoffMs } from "./retry-policy";
import type { MappingSettings } from "./settings";

/** AWS drops what it cannot deliver, and does not say after how many tries. */
const DELIVERY_TRIES = 3;

/** Takes what is given up: to the bucket where there is one, else nowhere. Never rejects. */
export class FailureDestination {
  readonly #settings: MappingSettings;
  readonly #ports: MappingPorts;
  readonly #counters: Counters;
  readonly #stopping: AbortSignal;

  constructor(settings: MappingSettings, ports: MappingPorts, counters: Counters, stopping: AbortSignal) {
    this.#settings = settings;
    this.#ports = ports;
    this.#counters = counters;
    this.#stopping = stopping;
  }

  async take(givenUp: GivenUp): Promise<void> {
    const { records } = givenUp;
    const delivered = await this.#deliver(givenUp);
    if (this.#stopping.aborted && !delivered) return;
    this.#counters[delivered ? "delivered" : "dropped"] += records.length;
    this.#ports.onBatch({ records, how: delivered ? "delivered" : "dropped", at: this.#ports.now() });
  }

  async #deliver(givenUp: GivenUp): Promise<boolean> {
    const { failureBucket } = this.#settings;
    if (failureBucket === undefined) return false;
    const at = this.#ports.now();
    const key = failureKey(this.#settings.uuid, givenUp.records[0].shardId, at, randomUUID());
    const body = failureBody(givenUp, this.#settings, at);
    for (let tries = 0; tries < DELIVERY_TRIES && !this.#stopping.aborted; tries += 1) {
      try {
        await this.#ports.putFailure(failureBucket, key, body);
        return true;
      } catch {
        await this.#ports.sleep(backoffMs(tries, this.#ports.random), this.#stopping);
      }
    }
    this.#counters.destinationFailures += 1;
    return false;
  }
}
