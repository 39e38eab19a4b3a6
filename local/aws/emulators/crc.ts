/** A reflected cyclic redundancy check of 32 or 64 bits, whose register starts with ones and is inverted at the end. */
export class Crc {
  readonly #bits: 32 | 64;
  /** For each byte the higher and the lower half of what it changes in the register. */
  readonly #table = new Uint32Array(512);

  /** @param polynomial its higher and its lower half, reflected */
  constructor(bits: 32 | 64, polynomial: readonly [high: number, low: number]) {
    this.#bits = bits;
    for (let byte = 0; byte < 256; byte++) this.#table.set(shifted(byte, polynomial), 2 * byte);
  }

  /** The checksum of these bytes, its highest byte first. */
  of(body: Uint8Array): Buffer {
    let high = this.#bits === 64 ? 0xffffffff : 0;
    let low = 0xffffffff;
    for (const byte of body) {
      const place = 2 * ((low ^ byte) & 0xff);
      low = ((low >>> 8) | (high << 24)) ^ (this.#table[place + 1] ?? 0);
      high = (high >>> 8) ^ (this.#table[place] ?? 0);
    }
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE(~high >>> 0);
    bytes.writeUInt32BE(~low >>> 0, 4);
    return bytes.subarray(8 - this.#bits / 8);
  }
}

/** The register's halves after the eight bits of a byte. */
function shifted(byte: number, [polynomialHigh, polynomialLow]: readonly [number, number]): [number, number] {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit++) {
    const isOdd = (low & 1) === 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (isOdd) {
      high ^= polynomialHigh;
      low ^= polynomialLow;
    }
  }
  return [high, low];
}
