import { isUtf8 } from "node:buffer";
import { malformed, protocolError, type Reason } from "../mqtt5/reason";

/** Goes through a packet's bytes. Behind a fault it is at the end. */
export class Cursor {
  readonly #bytes: Buffer;
  #at = 0;
  #fault: Reason | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get fault(): Reason | undefined {
    return this.#fault;
  }

  /** How many bytes lie behind. */
  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  skip(count: number): void {
    this.#at += count;
    if (this.#at > this.#bytes.length) this.fail(malformed("a packet that does not end"));
  }

  skipRest(): void {
    this.#at = this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#at] ?? 0;
    this.skip(1);
    return value;
  }

  flag(): void {
    if (this.byte() > 1) this.fail(protocolError("a property that is 0 or 1 has another value"));
  }

  /** A number of variable length: https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901011 */
  length(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const next = this.byte();
      value += (next & 0x7f) * factor;
      if (next < 0x80) return value;
    }
  }

  data(): Buffer {
    const length = this.byte() * 256 + this.byte();
    const start = this.#at;
    this.skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  text(): void {
    const bytes = this.data();
    if (!isUtf8(bytes) || bytes.includes(0)) this.fail(malformed("a text that is not UTF-8, or has U+0000"));
  }

  /** Notes the first fault, and goes to the end. */
  fail(reason: Reason): void {
    this.#fault ??= reason;
    this.skipRest();
  }
}
