import path from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { COMPILED } from "../helpers/compiled";
import { Engine, type StackFile } from "./engine";
import { findPulumi, HOW_TO_GET_ONE } from "./find-pulumi";
import { Account } from "./stand-in/account";

/** The engine and the account of a suite. */
export interface Deployment {
  readonly engine: Engine;
  readonly account: Account;
}

const ROOT = path.join(__dirname, "../..");

/** A stack file with these keys of the project. */
export function stackFile(config: Readonly<Record<string, unknown>>): StackFile {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [`industrial-iot-monitoring:${key}`, value]));
}

/** A suite on the real engine, where a CLI is here already; where none is, it says so. */
export function describeWithEngine(name: string, body: (deployment: () => Deployment) => void): void {
  const pulumi = findPulumi();
  if (pulumi === undefined) {
    describe(name, () => {
      it("is NOT tested: no Pulumi CLI is here", () => console.warn(`${name}: not tested. ${HOW_TO_GET_ONE}`));
    });
    return;
  }
  describe(name, () => {
    let deployment: Deployment | undefined;
    beforeAll(async () => {
      const account = new Account();
      const shared = {
        preload: path.join(ROOT, "test/helpers/bundled-once.cjs"),
        compiled: COMPILED,
      };
      deployment = { account, engine: await Engine.start({ pulumi, account, program: ROOT, shared }) };
    });
    afterAll(() => deployment?.engine.close());
    body(() => {
      if (deployment === undefined) throw new Error("the engine has not started");
      return deployment;
    });
  });
}
