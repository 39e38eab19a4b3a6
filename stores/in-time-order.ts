/** Merges what is in time order each by itself. Holds one reading of each source, and asks all for their first at once. */
export async function* inTimeOrder<Timed extends { readonly timestamp: number }>(
  sources: readonly AsyncGenerator<Timed>[],
): AsyncGenerator<Timed> {
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
