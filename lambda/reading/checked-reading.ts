import type { Reading } from "./reading";

/** A reading that the hot tier takes, judged. */
export interface CheckedReading {
  readonly reading: Reading;
  /** The range key of an item that holds it alone; with its device the reading's identity. */
  readonly range: string;
  readonly isAnomaly: boolean;
  /** Its place in the message's list, from 0. */
  readonly index: number;
}
