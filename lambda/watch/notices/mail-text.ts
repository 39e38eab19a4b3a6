import type { AlarmEvent } from "../../../watch/machine/alarm-event";
import { alarmName, keyOf } from "../../../watch/machine/alarm-name";
import type { Mail } from "../../../watch/machine/mail-governor";
import { spokenDuration } from "../../../watch/rules/duration";
import type { RuleSet } from "../../../watch/rules/rule-set";
import type { OutboxEntry } from "../../../watch/store/outbox";
import { conditionWords } from "./condition-words";
import { PLANT_NAME } from "./sender";

/** A mail as SNS takes it. */
export interface MailText {
  /** ASCII, less than 100 characters. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
  readonly subject: string;
  readonly body: string;
}

/** A notice of a mail. */
export interface MailNotice {
  readonly deviceId: string;
  readonly entry: OutboxEntry;
}

const MAX_SUBJECT = 99;
/** Notices that a mail tells whole, those that it tells in a line, the highest priority first; the rest is counted. SNS takes 256 KB. */
const MAX_WHOLE = 20;
const MAX_LINES = 200;

/** The text of a mail: of one notice, of several, or of a flood. */
export function mailText(mail: Mail<MailNotice>, rules: RuleSet, timezone: string): MailText {
  const { notices, isDigest } = mail;
  const [first] = notices;
  const head = first === undefined ? "" : headline(first, rules);
  const others = notices.length - 1;
  const subject = isDigest
    ? `[${mail.priority}] Alarm flood: ${counted(notices.filter(isRaise).length, "raise")}, ${counted(notices.filter(isEnd).length, "end")}`
    : `[${mail.priority}] ${head}${others > 0 ? ` and ${counted(others, "more")}` : ""}`;
  const whole = isDigest ? [] : notices.slice(0, MAX_WHOLE);
  const lines = notices.slice(whole.length, MAX_LINES);
  const rest = notices.length - whole.length - lines.length;
  const parts = [
    ...whole.map((notice) => noticeText(notice, rules, timezone)),
    ...(lines.length > 0 ? [lines.map((notice) => `${headline(notice, rules)} (${notice.entry.id})`).join("\n")] : []),
  ];
  const intro = isDigest
    ? [
        "More than 10 alarms in 10 minutes: one digest a minute until there are fewer than 5.",
        "All: npx iot alarms list",
      ]
    : [];
  const tail = rest > 0 ? [`… and ${counted(rest, "more")}. All: npx iot alarms list`] : [];
  return { subject: ascii(subject), body: [...intro, ...parts, ...tail].join("\n\n") };
}

/** What happened, in a line: `boiler-7 temperature above 90`. */
function headline({ deviceId, entry: { event } }: MailNotice, rules: RuleSet): string {
  const { rule, sensorType } = keyOf(event.key);
  if (deviceId === PLANT_NAME)
    return event.kind === "end"
      ? `plant speaks again: ${event.value ?? 0} of ${event.limit ?? 0} devices silent`
      : `plant silent: ${event.value ?? 0} of ${event.limit ?? 0} devices`;
  const condition = conditionWords(rules.find(rule, deviceId, sensorType), event);
  const what = [deviceId, sensorType, condition === "" ? rule : condition].filter((part) => part !== "").join(" ");
  switch (event.kind) {
    case "end":
      return `over: ${what}`;
    case "reminder":
      return `still: ${what}`;
    case "chattering":
      return `chattering: ${what}`;
    case "reset":
      return `reset: ${what}`;
    default:
      return what;
  }
}

function noticeText(notice: MailNotice, rules: RuleSet, timezone: string): string {
  const { deviceId, entry } = notice;
  const { event, id } = entry;
  const { rule, sensorType } = keyOf(event.key);
  const found = rules.find(rule, deviceId, sensorType);
  const name = deviceId === PLANT_NAME ? PLANT_NAME : alarmName(deviceId, event.key, event.n);
  const isOpen = event.kind !== "end" && event.kind !== "reset" && deviceId !== PLANT_NAME;
  const lines: readonly (readonly [string, string | undefined])[] = [
    ["Alarm", name],
    ["Meaning", found?.text],
    ["Value", numberWord(event.value)],
    ["Limit", numberWord(event.limit)],
    ["Peak", event.peak === event.value && isOpen ? undefined : numberWord(event.peak)],
    ["Since", event.raisedAt === undefined ? undefined : dateWord(event.raisedAt, timezone)],
    [event.kind === "end" ? "Over" : "Told at", dateWord(event.at, timezone)],
    [
      "Duration",
      event.raisedAt === undefined || event.at <= event.raisedAt
        ? undefined
        : spokenDuration(event.at - event.raisedAt),
    ],
    ["Raises", event.raises === undefined ? undefined : `${event.raises} (chattering: single raises are not told)`],
    ["Reason", event.reason],
    ["Acknowledged by", event.by === undefined ? undefined : [event.by, event.note].filter(Boolean).join(": ")],
    ["Last reading", lastReading(event, timezone)],
    ["Last rejected", event.rejected],
    ["Runbook", found?.runbook],
    ["Acknowledge", isOpen ? `npx iot alarms ack '${name}' --note "…"` : undefined],
    ["Notice", id],
  ];
  const told = lines.flatMap(([label, value]) => (value === undefined ? [] : [`${`${label}:`.padEnd(16)} ${value}`]));
  return [headline(notice, rules), ...told].join("\n");
}

function lastReading({ seenAt, behindMs }: AlarmEvent, timezone: string): string | undefined {
  const live = seenAt === undefined ? undefined : dateWord(seenAt, timezone);
  if (behindMs === undefined) return live;
  return `sends, but ${spokenDuration(behindMs)} behind: check the device's clock${live === undefined ? "" : `; the last live one at ${live}`}`;
}

/** The plant's time, and which that is. */
function dateWord(at: number, timezone: string): string {
  const text = new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle: "medium" }).format(
    at,
  );
  return `${text} (${timezone})`;
}

function numberWord(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(Number(value.toPrecision(6)));
}

function isRaise({ entry: { event } }: MailNotice): boolean {
  return event.kind === "raise" || event.kind === "chattering";
}

function isEnd({ entry: { event } }: MailNotice): boolean {
  return event.kind === "end";
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 || word === "more" ? "" : "s"}`;
}

/** SNS refuses any other subject: letters lose their accents, the rest is a question mark. */
function ascii(subject: string): string {
  const plain = subject
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\x20-\x7e]/g, "?");
  return plain.length > MAX_SUBJECT ? `${plain.slice(0, MAX_SUBJECT - 3)}...` : plain;
}
