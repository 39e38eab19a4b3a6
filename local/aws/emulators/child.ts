import { mkdirSync } from "node:fs";
import { enableCompileCache, flushCompileCache } from "node:module";
import { Server } from "node:net";
import path from "node:path";
import { MAX_OBJECT_BYTES } from "../s3/s3-arguments";
import { refuseContradicted } from "./body-digests";
import { boundListing } from "./listing-bounds";
import { keepObjectsIn, type ObjectStore } from "./objects-on-disk";
import { addTableParameters } from "./table-parameters";

/**
 * Runs one emulator in a process of its own, so that none slows another down: `emulator.mjs dynamodb|s3`. The tables and
 * objects lie in DATA_FOLDER: in memory they would grow without end. Tells its parent the port, and ends with the parent, however that ends.
 */
const STARTERS: Readonly<Record<string, () => unknown>> = {
  dynamodb: () => {
    useLargeBlocks();
    addTableParameters();
    const dynalite: (options: { createTableMs: number; path: string | undefined }) => Server = require("dynalite");
    return dynalite({ createTableMs: 0, path: process.env.DATA_FOLDER }).listen();
  },
  s3: async () => {
    const { buildApp } = await import("fauxqs");
    const { AWS_REGION: defaultRegion, DATA_FOLDER: folder } = process.env;
    if (!defaultRegion || !folder) throw new Error(`"AWS_REGION" and "DATA_FOLDER" must be set for the s3 emulator`);
    // The package exports neither its store nor where that has its objects.
    const { S3Store } = await import("../../../node_modules/fauxqs/dist/s3/s3Store.js");
    const s3Store = new S3Store();
    mkdirSync(folder, { recursive: true });
    keepObjectsIn(path.join(folder, "objects.sqlite"), s3Store as unknown as ObjectStore);
    const stores = { s3Store } as NonNullable<NonNullable<Parameters<typeof buildApp>[0]>["stores"]>;
    const app = buildApp({ logger: false, defaultRegion, stores });
    // S3 keeps an object's bytes, whatever the client calls them: the emulator takes some apart, and fails where there are none.
    app.removeAllContentTypeParsers();
    const asBytes = { parseAs: "buffer", bodyLimit: MAX_OBJECT_BYTES } as const;
    app.addContentTypeParser("*", asBytes, (_request, body, done) => done(null, body));
    app.addHook("preHandler", async (request) => {
      if (request.method === "PUT") request.body ??= Buffer.alloc(0);
    });
    app.addHook("preHandler", refuseContradicted);
    app.addHook("preHandler", boundListing);
    await app.listen();
  },
};

/**
 * Lets the tables' LevelDB write blocks of 64 KB. It has the first key of every block in memory, and its own 4 KB make that a tenth of
 * what is on disk. The emulator of the tables has no option for it.
 */
function useLargeBlocks(): void {
  type Database = new (path: string, options: object) => object;
  const level: { Level: Database } = require(require.resolve("level", { paths: [require.resolve("dynalite")] }));
  const Level = level.Level;
  level.Level = class extends Level {
    constructor(folder: string, options: object) {
      super(folder, { ...options, blockSize: 64 * 1024 });
    }
  };
}

/** Keeps the emulator's server off the network, on a free port, and tells the parent the port. */
function listenLocally(): void {
  const listen: (this: Server, port: number, host: string, done?: () => void) => Server = Server.prototype.listen;
  Server.prototype.listen = function (this: Server, ...args: unknown[]) {
    this.once("listening", () => {
      const address = this.address();
      if (typeof address === "object") process.send?.({ port: address?.port });
      // Node.js would write it at an exit, which is never reached.
      flushCompileCache();
    });
    const done = args.find((arg): arg is () => void => typeof arg === "function");
    return listen.call(this, 0, "127.0.0.1", done);
  };
}

// As its parent ends it: nothing here outlives the run, and what an emulator does at its exit must not hold it up.
const end = () => process.kill(process.pid, "SIGKILL");
process.on("disconnect", end);
if (!process.connected) end();
enableCompileCache(path.join(path.dirname(process.argv[1] ?? ""), "compiled"));
listenLocally();
void STARTERS[process.argv[2] ?? ""]?.();
