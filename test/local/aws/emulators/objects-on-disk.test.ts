import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { keepLargeObjectsIn, type ObjectStore } from "../../../../local/aws/emulators/objects-on-disk";

const folder = mkdtempSync(path.join(tmpdir(), "objects-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("keepLargeObjectsIn", () => {
  it("moves a large body into a file, reads it when it is asked for, and leaves a small one where it is", () => {
    const put = (body: Uint8Array) => ({ body });
    const store = { putObject: put, completeMultipartUpload: put } as unknown as ObjectStore;
    keepLargeObjectsIn(path.join(folder, "objects"), store);
    const { putObject, completeMultipartUpload } = store as unknown as Record<keyof ObjectStore, typeof put>;
    const [small, large] = [Buffer.alloc(16 * 1024 - 1, "s"), Buffer.alloc(16 * 1024, "l")];
    const objects = [putObject(small), putObject(large), completeMultipartUpload(large)];
    expect(readdirSync(path.join(folder, "objects"))).toEqual(["1", "2"]);
    expect(objects.map(({ body }) => Buffer.compare(body, body === small ? small : large))).toEqual([0, 0, 0]);
  });
});
