import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { REASON } from "../../../../../local/aws/iot/mqtt5/reason";
import { Frames } from "../../../../../local/aws/iot/wire/frames";

const MAX = 300;

/** A packet of this type and this many bytes behind its length field. */
function frame(type: number, bytes: number): Buffer {
  const length = bytes < 128 ? [bytes] : [(bytes % 128) | 0x80, Math.floor(bytes / 128)];
  return Buffer.from([type << 4, ...length, ...Array.from({ length: bytes }, (_, i) => i % 256)]);
}

/** What comes of these bytes, given in pieces that end at the cuts. */
function taken(bytes: Buffer, cuts: readonly number[]) {
  const frames = new Frames(MAX);
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b).concat(bytes.length);
  const packets: Buffer[] = [];
  let fault: number | undefined;
  for (const [i, end] of ends.entries()) {
    const outcome = frames.take(bytes.subarray(ends[i - 1] ?? 0, end));
    packets.push(...outcome.packets);
    fault ??= outcome.fault?.code;
  }
  return { packets, fault };
}

describe("Frames", () => {
  it("cuts the same packets from the same bytes, however they are chunked", () => {
    const sizes = fc.array(fc.tuple(fc.nat(15), fc.nat(MAX + 20)), { maxLength: 8 });
    fc.assert(
      fc.property(sizes, fc.array(fc.nat()), (packets, cuts) => {
        const sent = packets.map(([type, bytes]) => frame(type, bytes));
        const tooLarge = sent.findIndex(({ length }) => length > MAX);
        expect(taken(Buffer.concat(sent), cuts)).toEqual({
          packets: tooLarge < 0 ? sent : sent.slice(0, tooLarge),
          fault: tooLarge < 0 ? undefined : REASON.packetTooLarge,
        });
      }),
    );
  });

  it("finds the same in any bytes, however they are chunked", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat()), (bytes, cuts) => {
        expect(taken(Buffer.from(bytes), cuts)).toEqual(taken(Buffer.from(bytes), []));
      }),
    );
  });

  it.each([
    ["a packet of just the size that is allowed", MAX - 3, undefined],
    ["one of a byte more", MAX - 2, REASON.packetTooLarge],
  ])("says of %s by its first bytes whether it is taken", (_what, bytes, code) => {
    expect(new Frames(MAX).take(frame(3, bytes).subarray(0, 3)).fault?.code).toBe(code);
  });

  it("takes no length of more than four bytes", () => {
    expect(new Frames(MAX).take(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80])).fault?.code).toBe(REASON.malformedPacket);
  });
});
