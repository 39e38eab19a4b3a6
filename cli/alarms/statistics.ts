import type { ListedAlarm } from "../../watch/machine/list-alarms";
import { DAY_MS, MINUTE_MS, spokenDuration } from "../../watch/rules/duration";
import type { HistoryLine } from "../../watch/store/history-item";
import type { Answer } from "../kit/output";

const HOUR_MS = 60 * MINUTE_MS;
const FLOOD_MS = 10 * MINUTE_MS;
/** More told raises than this in ten minutes are a flood. ISA-18.2, as are the other yardsticks. */
const FLOOD_RAISES = 10;
const ACCEPTABLE_PER_HOUR = 6;
const MANAGEABLE_PER_HOUR = 12;
const MOST_STALE = 5;
/** An alarm that is active for longer is stale. */
const STALE_MS = DAY_MS;
const MOST_FREQUENT = 10;

/** What is counted. */
export interface Counted {
  /** Lines of the history, in order. */
  readonly lines: readonly HistoryLine[];
  readonly from: number;
  readonly until: number;
  /** What is not normal now. */
  readonly alarms: readonly ListedAlarm[];
  /** How many shelves there are now. */
  readonly shelves: number;
  /** The present, milliseconds since the epoch. */
  readonly now: number;
}

/** The rates of alarms beside what a person can work with. A verdict stands where there is a yardstick. */
export function statistics({ lines, from, until, alarms, shelves, now }: Counted): Answer {
  const raises = lines.filter(isRaise);
  const told = raises.filter((line) => line.told).map(({ at }) => at);
  const perHour = (told.length * HOUR_MS) / Math.max(HOUR_MS, until - from);
  const stale = alarms.filter((alarm) => isActive(alarm) && now - (alarm.raisedAt ?? alarm.since) >= STALE_MS);
  const untold = raises.filter((line) => !line.told).length;
  const chattering = new Set(lines.filter(({ event }) => event === "chattering").map(({ alarm }) => nameOf(alarm)));
  const busiest = (ms: number) => Math.max(0, ...windows(told, ms));
  const floods = floodsIn(told);
  const delay = medianAckMs(lines);
  const rows: readonly (readonly [string, number | string, string, string])[] = [
    ["raises told", told.length, "", ""],
    [
      "raises told per hour",
      rounded(perHour),
      `about ${ACCEPTABLE_PER_HOUR}, at most ${MANAGEABLE_PER_HOUR}`,
      rateWord(perHour),
    ],
    [
      "raises told in the busiest hour",
      busiest(HOUR_MS),
      `at most ${MANAGEABLE_PER_HOUR}`,
      upTo(busiest(HOUR_MS), MANAGEABLE_PER_HOUR),
    ],
    [
      "raises told in the busiest 10 minutes",
      busiest(FLOOD_MS),
      `at most ${FLOOD_RAISES}`,
      upTo(busiest(FLOOD_MS), FLOOD_RAISES),
    ],
    ["floods: more than 10 in 10 minutes", floods, "none", upTo(floods, 0)],
    ["raises not told", untold, "", ""],
    ["alarms that chattered", chattering.size, "none", upTo(chattering.size, 0)],
    ["median time to acknowledge", delay === undefined ? "" : spokenDuration(delay), "", ""],
    ["stale now: active for a day", stale.length, `below ${MOST_STALE}`, upTo(stale.length, MOST_STALE - 1)],
    ["active now", alarms.filter(isActive).length, "", ""],
    ["shelves now", shelves, "", ""],
  ];
  return { columns: ["measure", "value", "ISA-18.2", "verdict"], rows };
}

/** The alarms that were told most often: few of them usually make most of the load. */
export function mostFrequent(lines: readonly HistoryLine[]): Answer {
  const counts = new Map<string, number>();
  const told = lines.filter((line) => isRaise(line) && line.told);
  for (const { alarm } of told) counts.set(nameOf(alarm), (counts.get(nameOf(alarm)) ?? 0) + 1);
  const first = [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_FREQUENT);
  return {
    columns: ["alarm", "raises told", "share"],
    rows: first.map(([alarm, count]) => [alarm, count, `${Math.round((100 * count) / told.length)} %`]),
  };
}

function isRaise({ event }: HistoryLine): boolean {
  return event === "raise" || event === "chattering";
}

function isActive({ state }: ListedAlarm): boolean {
  return state === "active" || state === "acknowledged" || state === "clearing";
}

/** An alarm without its occurrence. */
function nameOf(alarm: string): string {
  return alarm.replace(/#\d+$/, "");
}

/** How many lie in the window that ends with each. */
function windows(times: readonly number[], ms: number): readonly number[] {
  let first = 0;
  return times.map((at, place) => {
    while ((times[first] ?? at) <= at - ms) first += 1;
    return place - first + 1;
  });
}

/** Stretches in which each ten minutes have too many. */
function floodsIn(times: readonly number[]): number {
  const inFlood = windows(times, FLOOD_MS).map((count) => count > FLOOD_RAISES);
  return inFlood.filter((is, place) => is && !inFlood[place - 1]).length;
}

function medianAckMs(lines: readonly HistoryLine[]): number | undefined {
  const raisedAt = new Map<string, number>();
  const delays: number[] = [];
  for (const line of lines) {
    if (isRaise(line) && line.told && !raisedAt.has(line.alarm)) raisedAt.set(line.alarm, line.at);
    const since = raisedAt.get(line.alarm);
    if (line.event === "ack" && since !== undefined) delays.push(line.at - since);
  }
  return delays.sort((a, b) => a - b)[Math.floor(delays.length / 2)];
}

function rateWord(perHour: number): string {
  if (perHour <= ACCEPTABLE_PER_HOUR) return "acceptable";
  return perHour <= MANAGEABLE_PER_HOUR ? "manageable" : "too many";
}

function upTo(count: number, most: number): string {
  return count <= most ? "acceptable" : "too many";
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
