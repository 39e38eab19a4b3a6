import type { KinesisStreamBatchResponse } from "aws-lambda";
import type { StreamRecord } from "../../../contract/stream-record";
import { WATCH_METRIC } from "../../../contract/watch";
import type { RuleSet } from "../../../watch/rules/rule-set";
import { type Decision, decide } from "../../../watch/store/decide";
import type { StoredDevice } from "../../../watch/store/stored-device";
import { embeddedMetricsLine } from "../../embedded-metrics";
import { Deadline } from "../../processor/deadline";
import { mapWithLimit } from "../../processor/rounds";
import { classifyStoreError, errorName } from "../../processor/store-error";
import { deliver } from "../notices/deliver";
import { deviceSender } from "../notices/sender";
import type { Surroundings } from "../surroundings";
import { byDevice, type DeviceBatch } from "./events-of";
import { nextWritten, readStates } from "./fresh-states";

/** Devices that are decided on concurrently. */
const MAX_DEVICES = 16;
/** Stop deciding this long before the function's timeout: what is decided is still delivered. */
export const DECIDE_RESERVE_MS = 15_000;
/** Stop delivering this long before it: the sweep sends the rest. */
export const DELIVER_RESERVE_MS = 5_000;

/**
 * Judges a batch of one shard's records and stores what comes of it, device by device. A device that cannot be stored now hands the batch
 * back from its first record on; what the others have stored already is then a duplicate.
 */
export async function watchBatch(
  records: readonly StreamRecord[],
  remainingMs: number,
  surroundings: Surroundings,
): Promise<KinesisStreamBatchResponse> {
  const { settings, rules, store, now } = surroundings;
  const startedAt = now();
  const errors = new Map<string, number>();
  const onError = (error: unknown) => errors.set(errorName(error), (errors.get(errorName(error)) ?? 0) + 1);
  const shardId = records[0]?.shardId ?? "";
  const watched = byDevice(records, settings).filter((part) => isWatched(part, rules));
  const deciding = new Deadline(remainingMs - DECIDE_RESERVE_MS);
  const delivering = new Deadline(remainingMs - DELIVER_RESERVE_MS);
  try {
    const before = await store.watermark(shardId);
    const states = await readStates(
      watched.map(({ deviceId }) => deviceId),
      before,
      store,
    );
    const { decisions, firstFailed } = await decideAll(watched, states, surroundings, deciding, onError);
    const checkpoint = firstFailed ?? records.length;
    const last = records[checkpoint - 1];
    if (last !== undefined)
      await store.saveWatermark(shardId, {
        sequenceNumber: last.sequenceNumber,
        arrivedAt: last.arrivedAt,
        ...nextWritten(before, decisions, startedAt),
      });
    const senders = decisions.flatMap(({ deviceId, stored, isWritten }) =>
      isWritten && stored !== undefined ? [deviceSender(deviceId, stored, store, rules)] : [],
    );
    await deliver(senders, {
      ...surroundings,
      timezone: settings.timezone,
      isOver: () => delivering.hasPassed,
      onError,
    });
    surroundings.log(line(surroundings, records, checkpoint, decisions, errors, startedAt));
    const failed = records[checkpoint]?.sequenceNumber;
    return { batchItemFailures: failed === undefined ? [] : [{ itemIdentifier: failed }] };
  } finally {
    deciding.clear();
    delivering.clear();
  }
}

/** Decides on every device that it can, and says from where on the batch must come again. */
async function decideAll(
  watched: readonly DeviceBatch[],
  states: ReadonlyMap<string, StoredDevice>,
  { store, rules }: Surroundings,
  deadline: Deadline,
  onError: (error: unknown) => void,
): Promise<{ readonly decisions: readonly Decision[]; readonly firstFailed: number | undefined }> {
  const decisions: Decision[] = [];
  let firstFailed: number | undefined;
  await mapWithLimit(watched, MAX_DEVICES, async ({ deviceId, events, firstPlace }) => {
    try {
      if (deadline.hasPassed) throw Object.assign(new Error(), { name: "DeadlineHasPassed" });
      decisions.push(await decide(deviceId, events, states.get(deviceId), { store, rules }));
    } catch (error) {
      onError(error);
      // What can never be stored must not hold up the other devices of the shard.
      if (!isHopeless(error)) firstFailed = Math.min(firstFailed ?? firstPlace, firstPlace);
    }
  });
  return { decisions, firstFailed };
}

/** Whether trying again cannot help: the store refuses the item itself, or this code is at fault. */
export function isHopeless(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || classifyStoreError(error) === "refusal";
}

/** Nothing is read of a device that no rule is about. */
function isWatched({ deviceId, events }: DeviceBatch, rules: RuleSet): boolean {
  if (rules.ofSilence(deviceId).length > 0) return true;
  return events.some((event) => event.type === "reading" && rules.ofReadings(deviceId, event.sensorType).length > 0);
}

function line(
  { settings, now }: Surroundings,
  records: readonly StreamRecord[],
  checkpoint: number,
  decisions: readonly Decision[],
  errors: ReadonlyMap<string, number>,
  startedAt: number,
): string {
  const fates = decisions.flatMap(({ visit }) => visit.fates);
  const count = (fate: string) => fates.filter((each) => each === fate).length;
  const sum = (of: (decision: Decision) => number) => decisions.reduce((total, decision) => total + of(decision), 0);
  const raised = (decision: Decision) => (decision.isWritten ? decision.visit.events.filter(isToldRaise).length : 0);
  const counts = {
    [WATCH_METRIC.raised]: sum(raised),
    [WATCH_METRIC.late]: count("late"),
    [WATCH_METRIC.backfilled]: count("backfill"),
    [WATCH_METRIC.conflicts]: sum(({ conflicts }) => conflicts),
    [WATCH_METRIC.dropped]: sum(({ dropped }) => dropped),
  };
  return embeddedMetricsLine(settings.environment, startedAt, counts, {
    shardId: records[0]?.shardId,
    records: records.length,
    devices: decisions.length,
    written: decisions.filter(({ isWritten }) => isWritten).length,
    handedBack: records.length - checkpoint,
    ...(errors.size > 0 && { errors: Object.fromEntries(errors) }),
    durationMs: now() - startedAt,
  });
}

function isToldRaise({ kind, told }: Decision["visit"]["events"][number]): boolean {
  return told && (kind === "raise" || kind === "chattering");
}
