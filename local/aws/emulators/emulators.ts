import type { Declaration } from "../../stack/declaration";
import { type Clients, localClients } from "../clients";
import type { Gateway } from "../endpoint/gateway";
import { Emulator } from "./emulator";

/** The emulators of the services that the stack uses. */
export class Emulators {
  readonly #dynamodb: Emulator;
  readonly #s3: Emulator;

  private constructor(dynamodb: Emulator, s3: Emulator) {
    this.#dynamodb = dynamodb;
    this.#s3 = s3;
  }

  /** Starts them and connects the gateway to them. `onExit` is called if one ends by itself. */
  static async start(
    { region, accountId }: Pick<Declaration, "region" | "accountId">,
    paths: { readonly emulator: string; readonly tables: string; readonly objects: string },
    gateway: Gateway,
    onExit: (why: string) => void,
  ): Promise<Emulators> {
    // Region and account stand in the ARNs of tables and indexes.
    const of = { AWS_REGION: region, AWS_ACCOUNT_ID: accountId };
    const [dynamodb, s3] = await Promise.allSettled([
      Emulator.start(paths.emulator, "dynamodb", { ...of, DATA_FOLDER: paths.tables }, onExit),
      Emulator.start(paths.emulator, "s3", { ...of, DATA_FOLDER: paths.objects }, onExit),
    ]);
    if (dynamodb.status === "rejected" || s3.status === "rejected") {
      for (const result of [dynamodb, s3]) if (result.status === "fulfilled") await result.value.stop();
      throw dynamodb.status === "rejected" ? dynamodb.reason : (s3 as PromiseRejectedResult).reason;
    }
    gateway.connect("dynamodb", dynamodb.value.port);
    gateway.connect("s3", s3.value.port);
    return new Emulators(dynamodb.value, s3.value);
  }

  /** SDK clients of the emulators themselves: the gateway refuses to create resources. */
  clients(region: string): Clients {
    return {
      dynamodb: localClients(this.#dynamodb.endpoint, region).dynamodb,
      s3: localClients(this.#s3.endpoint, region).s3,
    };
  }

  async stop(): Promise<void> {
    await Promise.all([this.#dynamodb.stop(), this.#s3.stop()]);
  }
}
