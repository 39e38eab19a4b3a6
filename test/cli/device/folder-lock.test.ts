import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildSync } from "esbuild";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { alone } from "../../../cli/device/folder-lock";

const built = mkdtempSync(path.join(tmpdir(), "built-"));
afterAll(() => rmSync(built, { recursive: true }));
const { signal } = new AbortController();
let out: string;
let folder: string;
let lock: string;
beforeEach(() => {
  out = mkdtempSync(path.join(tmpdir(), "lock-"));
  folder = path.join(out, "sensor-001");
  lock = `${folder}.lock`;
});
afterEach(() => rmSync(out, { recursive: true }));

/** The id of a process that has ended. */
const ended = () => String(spawnSync(process.execPath, ["-e", ""]).pid);

describe("alone", () => {
  it("holds a lock with the process's id beside the folder while the work lasts, even where it fails", async () => {
    const holder = await alone(folder, signal, async () => readFileSync(lock, "utf8"));
    expect(holder).toBe(String(process.pid));
    const failing = alone(folder, signal, () => Promise.reject(new Error("AccessDenied")));
    await expect(failing).rejects.toThrow("AccessDenied");
    expect(readdirSync(out)).toEqual([]);
  });

  it("waits for the one that is at work", async () => {
    const order: string[] = [];
    let other: Promise<unknown> | undefined;
    const work = async () => {
      order.push("a begins");
      other = alone(folder, signal, async () => order.push("b begins"));
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push("a ends");
    };
    await alone(folder, signal, work);
    await other;
    expect(order).toEqual(["a begins", "a ends", "b begins"]);
  });

  it("takes over from a process that is gone", async () => {
    writeFileSync(lock, ended());
    expect(await alone(folder, signal, async () => "done", 0)).toBe("done");
    expect(readdirSync(out)).toEqual([]);
  });

  it.each([
    [String(process.pid), ` (process ${process.pid})`],
    ["", ""],
  ])("says which command is at work, and leaves its lock: %j", async (holder, shown) => {
    writeFileSync(lock, holder);
    await expect(alone(folder, signal, async () => "done", 0)).rejects.toThrow(
      `"${folder}" must be free, got one in which another command is at work${shown}. Fix: run this again when it has ended; if there is no such command, delete ${lock}`,
    );
    expect(readFileSync(lock, "utf8")).toBe(holder);
  });

  it("stops waiting on Ctrl-C", async () => {
    writeFileSync(lock, String(process.pid));
    const stop = new AbortController();
    const waiting = alone(folder, stop.signal, async () => "done");
    stop.abort();
    await expect(waiting).rejects.toThrow("abort");
    expect(existsSync(lock)).toBe(true);
  });

  it("leaves no lock where the process ends at once", () => {
    const outfile = path.join(built, "folder-lock.mjs");
    buildSync({ entryPoints: ["cli/device/folder-lock.ts"], outfile, bundle: true, platform: "node", format: "esm" });
    const script = `const { alone } = await import(${JSON.stringify(outfile)});
      await alone(${JSON.stringify(folder)}, new AbortController().signal, () => process.exit(3));`;
    const { status } = spawnSync(process.execPath, ["--input-type=module", "-e", script]);
    expect(status).toBe(3);
    expect(readdirSync(out)).toEqual([]);
  });
});
