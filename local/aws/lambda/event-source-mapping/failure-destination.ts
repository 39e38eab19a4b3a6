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
  constructor(
    private readonly settings: MappingSettings,
    private readonly ports: MappingPorts,
    private readonly counters: Counters,
    private readonly stopping: AbortSignal,
  ) {}

  async take(givenUp: GivenUp): Promise<void> {
    const { counters, ports } = this;
    const { records } = givenUp;
    const delivered = await this.#deliver(givenUp);
    if (this.stopping.aborted && !delivered) return;
    counters[delivered ? "delivered" : "dropped"] += records.length;
    ports.onBatch({ records, how: delivered ? "delivered" : "dropped", at: ports.now() });
  }

  async #deliver(givenUp: GivenUp): Promise<boolean> {
    const { settings, ports, counters, stopping } = this;
    const { failureBucket } = settings;
    if (failureBucket === undefined) return false;
    const at = ports.now();
    const key = failureKey(settings.uuid, givenUp.records[0].shardId, at, randomUUID());
    const body = failureBody(givenUp, settings, at);
    for (let tries = 0; tries < DELIVERY_TRIES && !stopping.aborted; tries += 1) {
      try {
        await ports.putFailure(failureBucket, key, body);
        return true;
      } catch {
        await ports.sleep(backoffMs(tries, ports.random), stopping);
      }
    }
    counters.destinationFailures += 1;
    return false;
  }
}
