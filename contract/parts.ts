/** The items in their order, in parts of at most so many bytes together. An item that is larger is alone in its part. */
export function* partsOf<Item>(
  items: Iterable<Item>,
  bytesOf: (item: Item) => number,
  maxBytes: number,
): Generator<readonly Item[]> {
  let part: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const more = bytesOf(item);
    if (part.length > 0 && bytes + more > maxBytes) {
      yield part;
      [part, bytes] = [[], 0];
    }
    part.push(item);
    bytes += more;
  }
  if (part.length > 0) yield part;
}
