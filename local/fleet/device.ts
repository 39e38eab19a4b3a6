import { connect, type MqttClient } from "mqtt";
import { MAX_INFLIGHT } from "../aws/iot/limits";

/** One simulated device on one MQTT connection. It connects again by itself, and sends again what was not acknowledged. */
export class Device {
  readonly #port: number;
  #client: MqttClient | undefined;
  #inFlight = 0;
  /** Connected, and what was not acknowledged before has been sent again. */
  #online = false;

  constructor(
    readonly name: string,
    port: number,
  ) {
    this.#port = port;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Whether it can publish now. */
  get ready(): boolean {
    return this.#online && this.#inFlight < MAX_INFLIGHT;
  }

  /** Connects; rejects where the first connection is refused. */
  async connect(): Promise<void> {
    const client = connect({
      host: "127.0.0.1",
      port: this.#port,
      protocol: "mqtt",
      clientId: this.name,
      clean: true,
      reconnectPeriod: 500,
      resubscribe: false,
    });
    this.#client = client;
    client.on("connect", () => {
      this.#online = true;
    });
    client.on("close", () => {
      this.#online = false;
    });
    await new Promise<void>((resolve, reject) => {
      client.once("connect", () => resolve());
      // After the first connection there is nothing to do: one that breaks is made again.
      client.on("error", reject);
    });
  }

  /** Publishes at QoS 1 and calls back when the broker has acknowledged. */
  publish(topic: string, payload: Buffer, onAcknowledged: () => void): void {
    this.#inFlight += 1;
    this.#client?.publish(topic, payload, { qos: 1 }, (error) => {
      this.#inFlight -= 1;
      if (!error) onAcknowledged();
    });
  }

  /** Breaks its own connection, with no word to the broker. */
  breakConnection(): void {
    this.#client?.stream.destroy();
  }

  async stop(): Promise<void> {
    await this.#client?.endAsync(true);
  }
}
