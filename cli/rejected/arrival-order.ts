import type { SetAside } from "./set-aside";
import { hourOf } from "./set-aside";

/**
 * The records in the order of their arrival. They come by the hours of their objects, shard after shard, and an object begins in its hour
 * and may go on into the next: an hour's records are held until the next hour's have come. The payloads are not held.
 */
export async function* inArrivalOrder(records: AsyncIterable<SetAside>): AsyncGenerator<Omit<SetAside, "data">> {
  let held: Omit<SetAside, "data">[] = [];
  let folder = "";
  for await (const { data: _, ...record } of records) {
    const its = record.key.slice(0, record.key.lastIndexOf("/"));
    if (its !== folder) {
      const hour = its.slice(its.indexOf("/") + 1);
      held.sort((a, b) => a.arrivedAt - b.arrivedAt);
      const ready = held.findIndex(({ arrivedAt }) => hourOf(arrivedAt) >= hour);
      yield* held.splice(0, ready < 0 ? held.length : ready);
      folder = its;
    }
    held.push(record);
  }
  held.sort((a, b) => a.arrivedAt - b.arrivedAt);
  yield* held;
  held = [];
}
