import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UsageError } from "../../../cli/kit/usage-error";
import { claimKept, clearKept } from "../../../local/run/kept-data";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "kept-data-"));
  writeFileSync(path.join(folder, "file"), "");
  symlinkSync(path.join(folder, "nothing"), path.join(folder, "dangling"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("claimKept", () => {
  it.each(["deep/er", "."])(
    "takes a folder that it can make or that is there, and leaves nothing in it: %s",
    async (name) => {
      await claimKept(path.join(folder, name));
      expect(readdirSync(path.join(folder, name)).filter((left) => left.startsWith("."))).toEqual([]);
    },
  );

  it.each(["file", "file/below", "dangling", "dangling/below"])("refuses %s", async (name) => {
    const claimed = claimKept(path.join(folder, name));
    await expect(claimed).rejects.toThrow(UsageError);
    await expect(claimed).rejects.toThrow(
      /^"--keep" must be a folder that you can write, got "\S+": E\w+: .+\. Fix: name another one, such as \.local\/data$/,
    );
  });

  // Linux makes nothing there, not even for root.
  it.each(["/proc/x", "/proc/x/y", "/proc/self"].filter(() => existsSync("/proc/self")))(
    "refuses %s, and comes to an end",
    async (name) => {
      await expect(claimKept(name)).rejects.toThrow(/^"--keep" must be a folder that you can write/);
    },
  );
});

describe("clearKept", () => {
  it("removes what runs have kept, and nothing from a folder that holds something else", async () => {
    const kept = path.join(folder, "kept");
    mkdirSync(path.join(kept, "readings/2026"), { recursive: true });
    await clearKept(kept);
    expect(readdirSync(kept)).toEqual([]);
    await expect(clearKept(folder)).rejects.toThrow(UsageError);
    expect(readdirSync(folder)).toContain("file");
  });
});
