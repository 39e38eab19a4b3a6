import type { Unreadable } from "../../stores/read-object";
import { counted, printable } from "./output";

/** Objects that are told one by one; what is wrong with many of them is wrong with each. */
const SHOWN = 5;

/** Tells the first objects that cannot be read, and counts them all. */
export class UnreadableObjects {
  #count = 0;

  constructor(private readonly note: (text: string) => void) {}

  get count(): number {
    return this.#count;
  }

  readonly add = ({ key, why }: Unreadable): void => {
    this.#count += 1;
    if (this.#count <= SHOWN) this.note(`"${printable(key)}" cannot be read: ${printable(why)}`);
  };

  /** Says how many there were, where there were any. */
  conclude(): void {
    if (this.#count > 0)
      this.note(`${counted(this.#count, "object")} could not be read, and what it holds is left out`);
  }
}
