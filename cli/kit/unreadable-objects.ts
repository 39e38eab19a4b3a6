import type { Unreadable } from "../../stores/read-object";
import { counted, printable } from "./output";

/** Objects that are reported one by one; many of them have one cause. */
const SHOWN = 5;

/** Reports the first objects that cannot be read, and counts them all. */
export class UnreadableObjects {
  readonly #note: (text: string) => void;
  #count = 0;

  constructor(note: (text: string) => void) {
    this.#note = note;
  }

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  /** Counts an object that cannot be read. */
  readonly add = ({ key, why }: Unreadable): void => {
    this.#count += 1;
    if (this.#count <= SHOWN) this.#note(`"${printable(key)}" cannot be read: ${printable(why)}`);
  };

  /** Reports how many there were, if any. */
  conclude(): void {
    if (this.#count > 0)
      this.#note(`${counted(this.#count, "object")} could not be read: records in them are missing from the result`);
  }
}
