import type { StoredReading } from "./unpacked";

/** Merges sources that are each in the order of time. It holds one reading of each, and starts all of them together. */
export async function* inTimeOrder(sources: readonly AsyncGenerator<StoredReading>[]): AsyncGenerator<StoredReading> {
  const heads = await Promise.all(sources.map((source) => source.next()));
  for (;;) {
    let earliest = -1;
    heads.forEach(({ done, value }, at) => {
      if (!done && (earliest < 0 || value.timestamp < heads[earliest]?.value.timestamp)) earliest = at;
    });
    const [head, source] = [heads[earliest], sources[earliest]];
    if (head === undefined || source === undefined) return;
    yield head.value;
    heads[earliest] = await source.next();
  }
}
