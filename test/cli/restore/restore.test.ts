import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListObjectsV2Command, RestoreObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { UsageError } from "../../../cli/kit/usage-error";
import { restoreEvery } from "../../../cli/restore/restore";
import { mockClient } from "../../helpers/mocked-clients";
import { recordingIo } from "../../helpers/recording-io";

const s3 = mockClient(S3Client);
const folder = mkdtempSync(join(tmpdir(), "restore-"));
const outputs = join(folder, "outputs.json");
writeFileSync(outputs, JSON.stringify({ region: "sa-east-1", s3_bucket_name: "archive" }));
afterAll(() => rmSync(folder, { recursive: true }));

const GB = 1024 ** 3;
const HOURS = ["--from", "2026-01-31T08", "--to", "2026-01-31T09", "--outputs", outputs];
const key = (hour: string, name = "a") => `readings/2026/01/31/${hour}/${name}.parquet`;
const cold = (hour: string, StorageClass: "GLACIER" | "DEEP_ARCHIVE", Size = GB) => ({
  Key: key(hour),
  Size,
  StorageClass,
});
const restored = { IsRestoreInProgress: false, RestoreExpiryDate: new Date("2026-08-08T00:00:00Z") };
const underWay = { IsRestoreInProgress: true };

function run(args: readonly string[], options: Parameters<typeof recordingIo>[0] = {}) {
  const io = recordingIo(options);
  return { io, status: restoreEvery(1).run([...HOURS, ...args], io) };
}
const requests = () => s3.commandCalls(RestoreObjectCommand).map(({ args: [{ input }] }) => input);
const request = (Key: string, Days: number, Tier: "Standard" | "Bulk") => ({
  Bucket: "archive",
  Key,
  RestoreRequest: { Days, GlacierJobParameters: { Tier } },
});
const failure = (name: string, message: string) =>
  new S3ServiceException({ name, message, $fault: "client", $metadata: {} });

beforeEach(() => {
  s3.reset();
  s3.on(RestoreObjectCommand).resolves({});
});

describe("iot restore", () => {
  it("says what it takes, asks, and requests what is in Glacier in these hours", async () => {
    s3.on(ListObjectsV2Command).resolves({
      Contents: [
        { Key: key("08", "warm"), Size: 5, StorageClass: "STANDARD" },
        cold("08", "GLACIER"),
        { ...cold("09", "DEEP_ARCHIVE", 2 * GB) },
        cold("10", "GLACIER"),
      ],
    });
    const { io, status } = run([]);
    expect(await status).toBe(0);
    expect(s3.commandCalls(ListObjectsV2Command)[0]?.args[0].input).toEqual({
      Bucket: "archive",
      Prefix: "readings/",
      StartAfter: "readings/2026/01/31/08/",
      OptionalObjectAttributes: ["RestoreStatus"],
    });
    expect(io.questions).toEqual(["Request them?"]);
    expect(io.notes.join("\n")).toContain("GLACIER       1        1.0  3 to 5 hours    0.03");
    expect(io.notes.join("\n")).toContain("DEEP_ARCHIVE  1        2.0  up to 12 hours  0.09");
    expect(requests()).toEqual([request(key("08"), 7, "Standard"), request(key("09"), 7, "Standard")]);
    expect(io.notes).toContain("2 of 2 objects are requested");
  });

  it("requests nothing after a no", async () => {
    s3.on(ListObjectsV2Command).resolves({ Contents: [cold("08", "GLACIER")] });
    const { io, status } = run([], { answer: false });
    expect(await status).toBe(1);
    expect(requests()).toEqual([]);
    expect(io.notes.at(-1)).toBe("nothing was requested");
  });

  it("requests nothing twice, and does not ask where nothing is left to request", async () => {
    s3.on(ListObjectsV2Command).resolves({
      Contents: [
        { ...cold("08", "GLACIER"), RestoreStatus: restored },
        { ...cold("09", "DEEP_ARCHIVE"), RestoreStatus: underWay },
      ],
    });
    const { io, status } = run(["--yes"]);
    expect(await status).toBe(0);
    expect(requests()).toEqual([]);
    expect(io.questions).toEqual([]);
    expect(io.results).toEqual(["1 of 2 objects are readable, 1 under way, 0 in Glacier"]);
  });

  it("takes what another has requested meanwhile as requested, and tells what was refused", async () => {
    s3.on(ListObjectsV2Command).resolves({ Contents: [cold("08", "GLACIER"), cold("09", "GLACIER")] });
    s3.on(RestoreObjectCommand, request(key("08"), 3, "Bulk")).rejects(
      failure("RestoreAlreadyInProgress", "already requested"),
    );
    s3.on(RestoreObjectCommand, request(key("09"), 3, "Bulk")).rejects(failure("AccessDenied", "no right"));
    const { io, status } = run(["--yes", "--tier", "bulk", "--days", "3"]);
    expect(await status).toBe(1);
    expect(io.notes).toContain("refused: 1 object: AccessDenied: no right");
    expect(io.notes).toContain("1 of 2 objects are requested");
  });

  it("waits until everything is readable, and says until when", async () => {
    s3.on(ListObjectsV2Command)
      .resolvesOnce({ Contents: [cold("08", "GLACIER")] })
      .resolvesOnce({ Contents: [{ ...cold("08", "GLACIER"), RestoreStatus: underWay }] })
      .resolves({ Contents: [{ ...cold("08", "GLACIER"), RestoreStatus: restored }] });
    const { io, status } = run(["--yes", "--wait"]);
    expect(await status).toBe(0);
    expect(io.shown).toContain("0 of 1 objects are readable");
    expect(io.results).toEqual(["all readable: 1 object, the first until 2026-08-08T00:00:00.000Z"]);
  });

  it("stops waiting on Ctrl-C", async () => {
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ ...cold("08", "GLACIER"), RestoreStatus: underWay }] });
    const stop = new AbortController();
    const { status } = run(["--yes", "--wait"], { signal: stop.signal });
    stop.abort();
    await expect(status).rejects.toThrow("abort");
  });

  it("tells how far it is, and requests nothing for that", async () => {
    s3.on(ListObjectsV2Command).resolves({ Contents: [cold("08", "GLACIER")] });
    const { io, status } = run(["--status", "--json"]);
    expect(await status).toBe(1);
    expect(requests()).toEqual([]);
    expect(JSON.parse(io.results[0] ?? "")).toEqual({ objects: 1, ready: 0, underWay: 0, archived: 1 });
  });

  it("has nothing to do where there is nothing, or nothing cold", async () => {
    s3.on(ListObjectsV2Command)
      .resolvesOnce({})
      .resolves({ Contents: [{ Key: key("08"), Size: 5 }] });
    const nothing = run(["--status"]);
    expect(await nothing.status).toBe(0);
    expect(nothing.io.results).toEqual(["no objects in these hours"]);
    const warm = run([]);
    expect(await warm.status).toBe(0);
    expect(warm.io.results).toEqual(["all readable: 1 object"]);
  });

  it("knows that Deep Archive has no expedited restore", async () => {
    s3.on(ListObjectsV2Command).resolves({ Contents: [cold("08", "DEEP_ARCHIVE")] });
    await expect(run(["--tier", "expedited", "--yes"]).status).rejects.toThrow(
      '"--tier" must be standard or bulk for objects in Deep Archive',
    );
    expect(requests()).toEqual([]);
  });

  it.each([
    [["--tier", "fast"], '"--tier" must be one of standard, bulk, expedited, got "fast"'],
    [["--days", "0"], '"--days" must be a whole number from 1 to 365'],
    [["--to", "2026-01-30"], '"--from" must be at or before "--to", got "2026-01-31T08" and "2026-01-30"'],
    [["--since", "2026-01-31"], '"--since" must be given without "--from", got both'],
    [["--from", "yesterday"], '"--from" must be an age (15m, 1h, 7d), a time (2026-01-31T08:00Z)'],
    [["--from", "2026-02-30"], 'got "2026-02-30"'],
    [["--status", "--yes"], '"--status" must be given without "--yes"'],
  ])("refuses %j", async (args, message) => {
    const { status } = run(args);
    await expect(status).rejects.toThrow(message);
    await expect(run(args).status).rejects.toBeInstanceOf(UsageError);
  });

  it("ends at Ctrl-C while it looks for the objects", async () => {
    const stop = new AbortController();
    s3.on(ListObjectsV2Command).callsFake(() => {
      stop.abort();
      return { Contents: [cold("08", "GLACIER")] };
    });
    const { io, status } = run(["--status"], { signal: stop.signal });
    await expect(status).rejects.toHaveProperty("name", "AbortError");
    expect(io.results).toEqual([]);
  });
});
