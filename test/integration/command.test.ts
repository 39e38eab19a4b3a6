import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { killLeftRuns, LocalRun, runFolder, summaryOf } from "../helpers/local-run";

afterEach(killLeftRuns);

describe("npm run local", () => {
  it("prints its options", async () => {
    const { status, out } = await new LocalRun("--help").ended;
    expect(status).toBe(0);
    expect(out).toContain("Usage: npm run local -- [options]");
  });

  it.each([
    ["--devices many", '"--devices" must be a whole number from 0 to 5000, got "many"'],
    ["--colour", '"--colour" is not an option of "local"'],
    ["--stack nowhere", 'must be one that has a file Pulumi.<stack>.yaml (dev), got "nowhere"'],
  ])("refuses %s with one message", async (args, message) => {
    const run = new LocalRun(args);
    const { status, out, err } = await run.ended;
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toContain(message);
    expect(err.trim().split("\n")).toHaveLength(2);
    expect(runFolder(run)).toBeUndefined();
  });

  it("reports a configuration that the stack refuses, and starts nothing", async () => {
    const { status, out, err } = await new LocalRun("--config shardCount=0 --config aws:region=us-east-1").ended;
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toContain('"--config" gives "shardCount" and "aws:region". Fix: change it there');
    expect(err).toContain("us-east-1");
    expect(err).not.toContain("    at ");
  });

  it.each(["--mqtt-port", "--aws-port"])("names the port that another program has, and %s", async (option) => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const address = other.address();
    const port = typeof address === "object" ? address?.port : 0;
    const { status, err } = await new LocalRun(`${option} ${port}`).ended;
    other.close();
    expect(status).toBe(1);
    expect(err.trim()).toBe(
      `"${option}" must be a free port of 127.0.0.1, got ${port}, which another program has. Fix: choose another one, or 0 for any free port`,
    );
  });

  it("answers nobody before it is ready, says what it is about, and is connected to only then", async () => {
    const free = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => free.once("listening", resolve));
    const address = free.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await new Promise((resolve) => free.close(resolve));
    const run = new LocalRun("--devices 0 --page-port 0", `--mqtt-port 0 --aws-port ${port}`);
    const ready = run.ready();
    const steps = new Set<string>();
    for (let status = 0; status !== 200; await new Promise((resolve) => setTimeout(resolve, 20))) {
      const response = await fetch(`http://127.0.0.1:${port}/_local/outputs`).catch(() => undefined);
      status = response?.status ?? 0;
      if (response && status !== 200) expect(status).toBe(503);
      const { step = "" } = ((await response?.json()) ?? {}) as { step?: string };
      if (status === 503) steps.add(step);
    }
    expect([...steps]).toEqual(expect.arrayContaining(["starting the emulators"]));
    await ready;
    run.interrupt();
    expect((await run.ended).status).toBe(0);
  });

  it("gives up where nothing moves, calls it unfinished, and writes the archive all the same", async () => {
    const run = new LocalRun("--devices 5 --rate 50 --bad 0 --json --patience 8s --config retryAttempts=-1");
    const { endpoint } = await run.ready();
    await fetch(`${endpoint}/_local/faults`, { method: "PUT", body: '{"function":{"kind":"throw","share":1}}' });
    await run.published(51);
    run.interrupt();
    const ended = await run.ended;
    const { published = 0, stored = 0, unfinished = 0, lost } = summaryOf(ended);
    expect({ status: ended.status, lost }).toEqual({ status: 1, lost: 0 });
    expect(unfinished).toBeGreaterThan(50);
    expect(stored + unfinished).toBe(published);
    expect(ended.err).toContain("Nothing has moved for 8 s");
  });

  it("refuses a folder that nothing can be kept in, before it starts", async () => {
    const { status, out, err } = await new LocalRun("--keep package.json/below --clear").ended;
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toMatch(/^"--keep" must be a folder that you can write, got "package.json\/below": .+\nTry .+\n$/);
  });

  it("prints the summary also where the archive cannot be kept in the end", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "keep-"));
    const run = new LocalRun(`--devices 5 --rate 50 --for 2s --keep ${folder} --json`);
    await run.ready();
    writeFileSync(path.join(folder, "readings"), "in the way");
    const ended = await run.ended;
    rmSync(folder, { recursive: true });
    expect(ended.status).toBe(1);
    expect(ended.err).toMatch(/^The archive is not kept as a whole in "\S+", which "--keep" names: .+$/m);
    expect(summaryOf(ended)).toMatchObject({ lost: 0 });
  });

  it.each([40, 60])("says what to do where it may open %d files", async (files) => {
    const words = "scripts/local.mjs --devices 200 --mqtt-port 0 --mqtts-port 0 --aws-port 0 --page-port 0 --for 1s";
    const script = `ulimit -n ${files}; exec "${process.execPath}" ${words}`;
    const { stderr, status } = spawnSync("sh", ["-c", script], { cwd: path.resolve(__dirname, "../..") });
    expect(status).toBe(1);
    expect(String(stderr)).toMatch(/^Too many files and connections are open \(EMFILE\)\. Fix: .+$/m);
    expect(String(stderr)).not.toContain("    at ");
  });

  it("runs on where nobody reads what it says, and fails as its summary cannot be written", async () => {
    const run = new LocalRun("--devices 2 --rate 10 --bad 0 --for 4s");
    await run.ready();
    run.stopReading();
    expect((await run.ended).status).toBe(1);
    expect(runFolder(run)).toBeUndefined();
  });
});
