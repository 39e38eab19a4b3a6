import type { Declaration } from "../../stack/declaration";
import type { Gateway } from "../endpoint/gateway";
import { Emulator } from "./emulator";

/** The emulators of the services that the stack uses. */
export class Emulators {
  readonly #emulators: readonly Emulator[];

  private constructor(emulators: readonly Emulator[]) {
    this.#emulators = emulators;
  }

  /** Starts them all and connects the gateway to them. `onExit` hears of one that ends by itself. */
  static async start(
    { region }: Pick<Declaration, "region">,
    paths: { readonly emulator: string; readonly tables: string },
    gateway: Gateway,
    onExit: (why: string) => void,
  ): Promise<Emulators> {
    const started = await Promise.allSettled([
      Emulator.start(paths.emulator, "dynamodb", { DATA_FOLDER: paths.tables }, onExit),
      Emulator.start(paths.emulator, "s3", { AWS_REGION: region }, onExit),
    ]);
    const emulators = new Emulators(started.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])));
    const failure = started.find((result) => result.status === "rejected");
    if (failure) {
      await emulators.stop();
      throw failure.reason;
    }
    const [dynamodb, s3] = emulators.#emulators;
    gateway.connect(["dynamodb"], dynamodb?.port ?? 0);
    gateway.connect(["s3"], s3?.port ?? 0);
    return emulators;
  }

  /** Where an emulator itself listens, for what is created in it: the gateway refuses that. */
  endpoint(service: "dynamodb" | "s3"): string {
    const place = ["dynamodb", "s3"].indexOf(service);
    return `http://127.0.0.1:${this.#emulators[place]?.port ?? 0}`;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#emulators.map((emulator) => emulator.stop()));
  }
}
