/** Numbers from 0 (in) to 1 (out), the same ones for the same seed. A 32-bit xorshift: enough to vary a fleet, not for secrets. */
export function seededRandom(seed: number): () => number {
  // Neighbouring seeds must not start alike, and xorshift must not start at 0.
  let state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
