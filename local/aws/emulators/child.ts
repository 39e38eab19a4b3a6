import { Server } from "node:net";

/**
 * Runs one emulator in a process of its own, so that none slows another down: `emulator.mjs dynamodb|s3`. The tables lie in
 * DATA_FOLDER: in memory they would grow without end. Tells its parent the port, and ends with the parent, however that ends.
 */
const STARTERS: Readonly<Record<string, () => unknown>> = {
  dynamodb: () => {
    const dynalite: (options: { createTableMs: number; path: string | undefined }) => Server = require("dynalite");
    return dynalite({ createTableMs: 0, path: process.env.DATA_FOLDER }).listen();
  },
  s3: async () => {
    const { buildApp } = await import("fauxqs");
    const { AWS_REGION: defaultRegion } = process.env;
    if (!defaultRegion) throw new Error(`"AWS_REGION" must be set for the s3 emulator, got ${defaultRegion}`);
    await buildApp({ logger: false, defaultRegion }).listen();
  },
};

/** Keeps the emulator's server off the network, on a free port, and tells the parent the port. */
function listenLocally(): void {
  const listen: (this: Server, port: number, host: string, done?: () => void) => Server = Server.prototype.listen;
  Server.prototype.listen = function (this: Server, ...args: unknown[]) {
    this.once("listening", () => {
      const address = this.address();
      if (typeof address === "object") process.send?.({ port: address?.port });
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
