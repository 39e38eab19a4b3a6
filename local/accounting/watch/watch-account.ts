import { alarmName, keyOf } from "../../../watch/machine/alarm-name";
import { QUALITY_RULE } from "../../../watch/rules/rule";
import type { RuleSet } from "../../../watch/rules/rule-set";
import { percentile } from "../percentile";
import { type Expected, type ExpectedAlarm, expectedAlarms } from "./expected-alarms";
import type { HistoryOccurrence } from "./history-read-back";
import type { LiveReading } from "./sent-by-device";
import type { SentNotice, SweepLook } from "./watch-ledger";

/** What can be wrong with an alarm. */
export interface AlarmFaults {
  /** The fleet did it, and it was not raised. */
  readonly missing: number;
  /** Raised, and the fleet did nothing of the kind. */
  readonly surplus: number;
  /** Over, and it has no end. */
  readonly unended: number;
  /** Its end is none, or is dated otherwise. */
  readonly endedWrongly: number;
  /** A raise without an end that was told, or an end without a raise; or a notice that the history has and nobody was sent. */
  readonly unpaired: number;
  /** The same notice under two ids. */
  readonly twoIds: number;
}

/** What the device watch made of what the devices did. */
export interface WatchAccount {
  /** Occurrences in the history. */
  readonly alarmsRaised: number;
  /** Of these, what is over. */
  readonly alarmsEnded: number;
  /** Both by rule. */
  readonly alarmsByRule: Readonly<Record<string, { readonly raised: number; readonly ended: number }>>;
  /** Notices for machines, each counted once; `noticesRepeated` came again under the same id. */
  readonly noticesSent: number;
  readonly noticesRepeated: number;
  readonly mailsSent: number;
  /** The sum of `alarmsWrongFrom`. */
  readonly alarmsWrong: number;
  readonly alarmsWrongFrom: AlarmFaults;
  /** Alarms that a rule of another kind raises: only their pairs were looked at. */
  readonly alarmsNotFollowed: number;
  /** From the arrival of a reading to the notice of the raise, of rules without a delay. */
  readonly raiseLatencyMs: { readonly p50: number; readonly p95: number };
}

/** A device and its readings. */
export type DeviceReadings = readonly [deviceId: string, readings: readonly LiveReading[]];

/** What is compared. */
export interface WatchEvidence {
  /** By device, each once. */
  readonly readings: AsyncIterable<DeviceReadings> | Iterable<DeviceReadings>;
  readonly rules: RuleSet;
  readonly looks: readonly SweepLook[];
  readonly notices: ReadonlyMap<string, SentNotice>;
  readonly mails: number;
  readonly history: readonly HistoryOccurrence[];
}

/** Compares the watch's history and notices with what the devices did. `onWrong` hears of each difference. */
export async function takeWatchAccount(
  evidence: WatchEvidence,
  onWrong: (why: string) => void = () => {},
): Promise<WatchAccount> {
  const { history, notices, mails } = evidence;
  const wrong: Record<keyof AlarmFaults, number> = {
    missing: 0,
    surplus: 0,
    unended: 0,
    endedWrongly: 0,
    unpaired: 0,
    twoIds: 0,
  };
  const fault = (kind: keyof AlarmFaults, what: string) => {
    wrong[kind] += 1;
    onWrong(`${kind}: ${what}`);
  };
  const compared = await compare(evidence, fault);
  checkPairs(history, notices, fault);
  return {
    alarmsRaised: history.length,
    alarmsEnded: endedOf(history),
    alarmsByRule: Object.fromEntries(
      [...Map.groupBy(history, ({ key }) => keyOf(key).rule)]
        .sort()
        .map(([rule, own]) => [rule, { raised: own.length, ended: endedOf(own) }]),
    ),
    noticesSent: notices.size,
    noticesRepeated: [...notices.values()].filter(({ times }) => times > 1).length,
    mailsSent: mails,
    alarmsWrong: Object.values(wrong).reduce((sum, count) => sum + count, 0),
    alarmsWrongFrom: wrong,
    alarmsNotFollowed: compared.notFollowed,
    raiseLatencyMs: { p50: percentile(compared.latencies, 0.5), p95: percentile(compared.latencies, 0.95) },
  };
}

function endedOf(history: readonly HistoryOccurrence[]): number {
  return history.filter(({ endedAt }) => endedAt !== undefined).length;
}

type Fault = (kind: keyof AlarmFaults, what: string) => void;

async function compare({ readings, rules, looks, history, notices }: WatchEvidence, fault: Fault) {
  const raises = raiseNotices(notices);
  const occurrences = Map.groupBy(history, ({ deviceId, key }) => alarmName(deviceId, key));
  const latencies: number[] = [];
  const devices = new Set<string>();
  let notFollowed = 0;
  for await (const [deviceId, own] of readings) {
    devices.add(deviceId);
    for (const [key, expected] of expectedAlarms(deviceId, own, rules, looks)) {
      const name = alarmName(deviceId, key);
      const found = occurrences.get(name) ?? [];
      occurrences.delete(name);
      if (expected === undefined) notFollowed += found.length;
      else latencies.push(...compareAlarm(name, expected, found, raises, fault));
    }
  }
  // Of a device that never spoke, and of what it says of itself, nothing is known here.
  for (const [name, found] of occurrences)
    for (const { deviceId, key, n } of found)
      if (devices.has(deviceId) && keyOf(key).rule !== QUALITY_RULE) fault("surplus", `${name}#${n}`);
      else notFollowed += 1;
  return { notFollowed, latencies: latencies.sort((a, b) => a - b) };
}

/** Compares one alarm's occurrences; returns how long the raises took. */
function compareAlarm(
  name: string,
  expected: NonNullable<ExpectedAlarm>,
  found: readonly HistoryOccurrence[],
  raises: ReadonlyMap<string, SentNotice>,
  fault: Fault,
): readonly number[] {
  const left = [...expected];
  const latencies: number[] = [];
  for (const { n, raisedAt, endedAt, isClosed } of found) {
    const at = left.findIndex(({ from, to }) => raisedAt >= from && raisedAt <= to);
    const [match] = at < 0 ? [] : left.splice(at, 1);
    if (match === undefined) {
      fault("surplus", `${name}#${n}, raised ${dated(raisedAt)}`);
      continue;
    }
    if (endedAt !== match.endedAt && !isClosed) compareEnds(`${name}#${n}`, match, endedAt, fault);
    const sentAt = raises.get(`${name}#${n}`)?.sentAt;
    if (match.arrivedAt !== undefined && sentAt !== undefined) latencies.push(sentAt - match.arrivedAt);
  }
  for (const { from, mustBe } of left) if (mustBe) fault("missing", `${name}, due ${dated(from)}`);
  return latencies;
}

function compareEnds(occurrence: string, { endedAt: due }: Expected, endedAt: number | undefined, fault: Fault): void {
  if (endedAt === undefined) fault("unended", `${occurrence}, over ${dated(due)}`);
  else
    fault(
      "endedWrongly",
      `${occurrence}, ended ${dated(endedAt)}, ${due === undefined ? "not over" : `over ${dated(due)}`}`,
    );
}

/** The told raises' notices, by occurrence. */
function raiseNotices(notices: ReadonlyMap<string, SentNotice>): ReadonlyMap<string, SentNotice> {
  const raises = [...notices.values()].filter(
    ({ event, told }) => told && (event === "raise" || event === "chattering"),
  );
  return new Map(raises.map((notice) => [notice.alarm, notice]));
}

/** A told raise has one told end once it is over; both were sent, each under one id. */
function checkPairs(
  history: readonly HistoryOccurrence[],
  notices: ReadonlyMap<string, SentNotice>,
  fault: Fault,
): void {
  const told = [...notices.values()].filter((notice) => notice.told && notice.event !== "reminder");
  const sent = Map.groupBy(told, ({ alarm, event }) => `${alarm}:${event === "chattering" ? "raise" : event}`);
  for (const [what, same] of sent)
    if (same.length > 1) fault("twoIds", `${what}: ${same.map(({ id }) => id).join(", ")}`);
  for (const occurrence of history) {
    const { deviceId, key, n, isRaiseTold, isEndTold, endedAt, quietAt, isChattering } = occurrence;
    const name = alarmName(deviceId, key, n);
    const isOver = isChattering ? quietAt !== undefined : endedAt !== undefined;
    if (isOver && isRaiseTold !== isEndTold)
      fault("unpaired", `${name}: ${isRaiseTold ? "no end" : "an end"} was told`);
    if (isRaiseTold && !sent.has(`${name}:raise`)) fault("unpaired", `${name}: its raise was not sent`);
    if (isEndTold && !sent.has(`${name}:end`)) fault("unpaired", `${name}: its end was not sent`);
  }
}

function dated(at: number | undefined): string {
  return at === undefined ? "never" : new Date(at).toISOString();
}
