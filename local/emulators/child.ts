import { Server } from "node:net";
import path from "node:path";

/** kinesis-local's own default for its TLS port, which is not used here. */
const KINESIS_TLS_PORT = 4567;

/**
 * Runs one emulator in a process of its own, so that none slows another down: `emulator.mjs kinesis|dynamodb|s3`. Tells its parent
 * the port, and ends with the parent, however that ends.
 */
const STARTERS: Readonly<Record<string, () => unknown>> = {
  kinesis: () => {
    // It looks for its certificate in the working directory.
    process.chdir(path.dirname(require.resolve("kinesis-local/package.json")));
    return require("kinesis-local");
  },
  dynamodb: () => {
    const dynalite: (options: { createTableMs: number }) => Server = require("dynalite");
    return dynalite({ createTableMs: 0 }).listen();
  },
  s3: async () => {
    const { buildApp } = await import("fauxqs");
    await buildApp({ logger: false, defaultRegion: process.env.AWS_REGION ?? "" }).listen();
  },
};

/** Keeps the emulator's servers off the network, on free ports, and tells the parent the port of the plain one. */
function listenLocally(): void {
  const listen: (this: Server, port: number, host: string, done?: () => void) => Server = Server.prototype.listen;
  Server.prototype.listen = function (this: Server, ...args: unknown[]) {
    this.once("listening", () => {
      const address = this.address();
      if (args[0] !== KINESIS_TLS_PORT && typeof address === "object") process.send?.({ port: address?.port });
    });
    const done = args.find((arg): arg is () => void => typeof arg === "function");
    return listen.call(this, 0, "127.0.0.1", done);
  };
}

// As its parent ends it: nothing here outlives the run, and what an emulator does at its exit must not hold it up.
const end = () => process.kill(process.pid, "SIGKILL");
process.on("disconnect", end);
if (!process.connected) end();
listenLocally();
void STARTERS[process.argv[2] ?? ""]?.();
