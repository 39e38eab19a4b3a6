import type { InProcessService } from "../../endpoint/in-process";
import type { Broker } from "../broker";
import type { Standing } from "../device-access";
import { CertificateAuthority } from "./certificate-authority";
import { DeviceRegistry } from "./device-registry";
import { registryApi } from "./registry-api";

/** The devices that the run knows by certificates: made through AWS IoT's API, let in over mutual TLS. */
export class Devices {
  readonly #registry: DeviceRegistry;
  #authority: CertificateAuthority | undefined;
  #port = 0;
  /** AWS IoT's control plane. */
  readonly api: InProcessService;

  constructor({ region, accountId, policyName }: { region: string; accountId: string; policyName: string }) {
    this.#registry = new DeviceRegistry(`arn:aws:iot:${region}:${accountId}:`, policyName);
    this.api = registryApi({
      registry: this.#registry,
      authority: { sign: (request) => this.#signer().sign(request) },
      // AWS's answer is a host alone: there the port is 8883.
      endpoint: () => `127.0.0.1:${this.#port}`,
    });
  }

  /** Has the broker listen for certificates. @returns The port */
  async listen(broker: Broker, port: number | undefined): Promise<number> {
    this.#authority = await CertificateAuthority.create();
    const identity = await this.#authority.serverIdentity();
    this.#port = await broker.listenTls(port, { ...identity, ca: this.#authority.pem });
    return this.#port;
  }

  /** What the certificate of this SHA-256 is to the thing of this name. */
  standing(certificateId: string, thingName: string): Standing {
    return this.#registry.standing(certificateId, thingName);
  }

  /** The authority's certificate, in PEM. */
  authority(): string {
    return this.#signer().pem;
  }

  #signer(): CertificateAuthority {
    if (this.#authority === undefined) throw new Error("The certificate authority is not ready yet");
    return this.#authority;
  }
}
