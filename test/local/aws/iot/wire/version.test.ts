import { once } from "node:events";
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { generate } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { speaksMqtt5, whenVersionKnown } from "../../../../../local/aws/iot/wire/version";

const connect = (protocolVersion: 4 | 5, clientId = "a") =>
  generate({ cmd: "connect", protocolVersion, clientId, clean: true }, { protocolVersion });

describe("speaksMqtt5", () => {
  it.each([
    ["a CONNECT of 5", connect(5), true],
    ["a long one, with two bytes of length", connect(5, "x".repeat(200)), true],
    ["a CONNECT of 3.1.1", connect(4), false],
    ["one of 3.1", Buffer.from([0x10, 12, 0, 6, ...Buffer.from("MQIsdp"), 3]), false],
    ["a web browser", Buffer.from("GET / HTTP/1.1\r\n\r\n"), false],
    ["another packet", Buffer.from([0x30, 0]), false],
    ["a length without an end", Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80, 0x80]), false],
    ["nothing", Buffer.alloc(0), undefined],
    ["all but the version", connect(5).subarray(0, 8), undefined],
  ])("of %s: %s", (_what, head, wanted) => {
    expect(speaksMqtt5(head)).toBe(wanted);
  });

  it("never changes its mind", () => {
    fc.assert(
      fc.property(fc.oneof(fc.constant(connect(5)), fc.uint8Array()), fc.nat(), (bytes, cut) => {
        const early = speaksMqtt5(Buffer.from(bytes).subarray(0, cut));
        if (early !== undefined) expect(speaksMqtt5(Buffer.from(bytes))).toBe(early);
      }),
    );
  });
});

describe("whenVersionKnown", () => {
  it.each([4, 5] as const)("leaves what version %i said where it was", async (version) => {
    const socket = new PassThrough();
    const known = new Promise<boolean>((resolve) => whenVersionKnown(socket, resolve, () => {}));
    for (const byte of connect(version)) socket.write(Buffer.from([byte]));
    expect(await known).toBe(version === 5);
    socket.end("more");
    expect(Buffer.concat(await socket.toArray())).toEqual(Buffer.concat([connect(version), Buffer.from("more")]));
  });

  it("calls nobody for a connection that ends before it can be told", async () => {
    const socket = new PassThrough();
    let calls = 0;
    whenVersionKnown(
      socket,
      () => (calls += 1),
      () => (calls += 1),
    );
    socket.end(Buffer.from([0x10]));
    await once(socket, "close");
    expect(calls).toBe(0);
  });
});
