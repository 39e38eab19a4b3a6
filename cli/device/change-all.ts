import { wordsOf } from "../../contract/error-words";
import type { Io } from "../kit/terminal";
import type { NewDevice } from "./changes";
import { type Pace, paced } from "./paced";

const FAILURES_SHOWN = 20;

/** Changes each device by itself: a failure of one does not stop the others. Resolves with the exit status. */
export async function changeAll(
  devices: readonly NewDevice[],
  change: (device: NewDevice) => Promise<string>,
  pace: Pace,
  folderOf: (name: string) => string,
  json: boolean,
  io: Io,
): Promise<number> {
  const outcomes = new Map<string, number>();
  const failures: string[] = [];
  let done = 0;
  await paced(devices, pace, async (each) => {
    const outcome = await change(each).catch((error: unknown) => {
      const why = wordsOf(error);
      failures.push(`${each.name}: ${why}`);
      return "failed";
    });
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    io.progress(`${++done} of ${devices.length} devices`);
    if (json) io.result(JSON.stringify({ device: each.name, outcome, folder: folderOf(each.name) }));
    else if (devices.length === 1 && outcome !== "failed") io.result(`${each.name}: ${outcome}`);
  });
  for (const failure of failures.slice(0, FAILURES_SHOWN)) io.note(failure);
  if (failures.length > FAILURES_SHOWN) io.note(`and ${failures.length - FAILURES_SHOWN} more`);
  if (devices.length > 1) {
    const counts = [...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(", ");
    io.note(`${counts}${done < devices.length ? `, not started ${devices.length - done}` : ""}`);
  } else if (outcomes.has("added") || outcomes.has("rotated")) {
    const folder = folderOf(devices[0]?.name ?? "");
    io.note(`the device's files: ${folder}, publish a reading: ${folder}/publish.sh`);
  }
  io.signal.throwIfAborted();
  return failures.length === 0 ? 0 : 1;
}
