import type { Io } from "../../cli/kit/terminal";
import type { EvidencePart } from "../accounting/evidence-store";
import { unitsOf } from "../accounting/seen-record";
import { readHistory } from "../accounting/watch/history-read-back";
import { sentByDevice } from "../accounting/watch/sent-by-device";
import { type DeviceReadings, takeWatchAccount, type WatchAccount } from "../accounting/watch/watch-account";
import { documentsOf } from "../aws/clients";
import type { Pipeline } from "../pipeline/pipeline";
import type { Declaration } from "../stack/declaration";

/** Differences that are told one by one. */
const WRONG_SHOWN = 10;

/** What the device watch made of the run; undefined where the stack has none. */
export async function summarizeWatch(
  { deviceWatch: declared }: Declaration,
  { deviceWatch, clients, watchLedger }: Pipeline,
  parts: AsyncIterable<EvidencePart>,
  terminal: Pick<Io, "note">,
): Promise<WatchAccount | undefined> {
  if (!declared || !deviceWatch) return undefined;
  let shown = 0;
  const onWrong = (why: string) => {
    shown += 1;
    if (shown <= WRONG_SHOWN) terminal.note(`alarm ${why}`);
  };
  const { notices, looks, mails } = watchLedger;
  return takeWatchAccount(
    {
      readings: readingsOf(parts),
      rules: deviceWatch.rules,
      history: await readHistory(documentsOf(clients.dynamodb), declared.table.name),
      notices,
      looks,
      mails,
    },
    onWrong,
  );
}

/** Each device's readings. A device is in one part. */
async function* readingsOf(parts: AsyncIterable<EvidencePart>): AsyncGenerator<DeviceReadings> {
  for await (const { records, rejected } of parts) yield* sentByDevice(records, unitsOf(rejected));
}
