import { malformed, REASON, Reason } from "../mqtt5/reason";

/** Longest length field: https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901011 */
const MAX_LENGTH_BYTES = 4;

/** Cuts what comes in, however it is chunked, into whole packets. */
export class Frames {
  readonly #maxBytes: number;
  #rest: Buffer = Buffer.alloc(0);
  #fault: Reason | undefined;

  /** A packet of more bytes than `maxBytes` is a fault, which is seen by its first bytes. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The packets that are whole with this chunk, and the fault behind them, which is the end. */
  take(chunk: Buffer): { readonly packets: readonly Buffer[]; readonly fault?: Reason } {
    const packets: Buffer[] = [];
    let rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#fault === undefined) {
      const size = packetSize(rest);
      if (size === undefined) break;
      if (size instanceof Reason) this.#fault = size;
      else if (size > this.#maxBytes)
        this.#fault = new Reason(
          REASON.packetTooLarge,
          `a packet has at most ${this.#maxBytes} bytes, this one ${size}`,
        );
      else if (rest.length < size) break;
      else {
        packets.push(rest.subarray(0, size));
        rest = rest.subarray(size);
      }
    }
    this.#rest = rest;
    return { packets, ...(this.#fault && { fault: this.#fault }) };
  }
}

/** Bytes of the packet that starts here; undefined until they can be told. */
function packetSize(bytes: Buffer): number | Reason | undefined {
  let length = 0;
  for (let i = 0; i < MAX_LENGTH_BYTES; i += 1) {
    const byte = bytes[1 + i];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return 2 + i + length;
  }
  return malformed("a packet's length has more than four bytes");
}
