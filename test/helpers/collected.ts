/** Everything that an asynchronous iterable gives. */
export async function collected<T>(all: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of all) values.push(value);
  return values;
}
