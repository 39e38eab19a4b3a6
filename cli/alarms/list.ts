import type { ListedAlarm } from "../../watch/machine/list-alarms";
import { isDeviceGlob } from "../../watch/rules/device-glob";
import { spokenDuration } from "../../watch/rules/duration";
import { PRIORITIES } from "../../watch/rules/rule";
import { defineCommand } from "../kit/command";
import { flag, optional } from "../kit/options";
import { counted, formatAnswer } from "../kit/output";
import { TARGET_OPTIONS } from "../kit/target";
import { type Kind, oneOf } from "../kit/values";
import { asContract, type ListedShelf, needsSomebody, readListed } from "./listed";
import { watchOf } from "./watch";
import { moment } from "./words";

/** A device's name, or several at once. */
export const DEVICES: Kind<string> = {
  placeholder: "NAME",
  rule: 'a device\'s name, with "*" for any run of characters and "?" for one',
  read: (given) => (isDeviceGlob(given) ? given : undefined),
};

/** `iot alarms list`: the alarms that are not normal. */
export const listDeviceAlarms = defineCommand({
  name: "list",
  summary: "list the alarms that are not normal",
  description:
    "Lists the alarms of devices that are not normal, the highest priority first. An alarm's name ends with the number of its " +
    "occurrence, which acknowledging it needs.\n\n" +
    "With --check the exit status is 1 where an alarm in the list is active or clearing, nobody has acknowledged it, and it is " +
    "neither shelved nor suppressed nor out of service; else it is 0.",
  examples: ["", "--priority high --check", "--device 'boiler-*' --json"],
  options: {
    device: optional(DEVICES, "of these devices only; * and ? stand for any characters"),
    priority: optional(oneOf("PRIORITY", PRIORITIES), `only of this priority: ${PRIORITIES.join(", ")}`),
    shelved: flag("only what is shelved; in a table the shelves, too"),
    silent: flag("only silent devices and sensors"),
    check: flag("exit with 1 where an alarm waits for somebody"),
    ...TARGET_OPTIONS,
    json: flag("print a JSON array; times are milliseconds since the epoch"),
  },
  async run({ check, json, ...values }, io) {
    const now = Date.now();
    const watch = await watchOf(values);
    const { alarms, shelves } = await readListed(watch, values, now);
    if (json) io.result(JSON.stringify(alarms.map(asContract)));
    else {
      if (alarms.length > 0) io.result(formatAnswer(alarmRows(alarms, now), "table"));
      if (values.shelved && shelves.length > 0) io.result(formatAnswer(shelfRows(shelves), "table"));
      io.note(counted(alarms.length, "alarm"));
    }
    const { plant } = await watch.store.readPlant();
    if (plant.silentSince !== undefined) io.note(`The plant is silent since ${moment(plant.silentSince)}`);
    return check && alarms.some(needsSomebody) ? 1 : 0;
  },
});

/** Alarms as a table. */
export function alarmRows(alarms: readonly ListedAlarm[], now: number) {
  return {
    columns: ["priority", "state", "alarm", "since", "for", "value", "peak", "limit", "remarks"],
    rows: alarms.map(({ priority, state, alarm, raisedAt, since, value, peak, limit, ...rest }) => {
      const began = raisedAt ?? since;
      const age = spokenDuration(Math.max(0, now - began));
      return [priority, state, alarm, moment(began), age, value, peak, limit, remarks(rest)];
    }),
  };
}

function remarks({
  noData,
  shelved,
  shelvedUntil,
  suppressedBy,
  acknowledgedBy,
}: Pick<ListedAlarm, "noData" | "shelved" | "shelvedUntil" | "suppressedBy" | "acknowledgedBy">): string {
  return [
    ...(noData ? ["no data"] : []),
    ...(shelved ? [shelvedUntil === undefined ? "shelved until over" : `shelved until ${moment(shelvedUntil)}`] : []),
    ...(suppressedBy === undefined ? [] : [`suppressed by ${suppressedBy}`]),
    ...(acknowledgedBy === undefined ? [] : [`acknowledged by ${acknowledgedBy}`]),
  ].join(", ");
}

/** Shelves as a table. */
export function shelfRows(shelves: readonly ListedShelf[]) {
  return {
    columns: ["shelved", "until", "by", "since", "reason"],
    rows: shelves.map(({ shelf, until, by, at, reason }) => [
      shelf,
      until === undefined ? "it is over" : moment(until),
      by,
      moment(at),
      reason,
    ]),
  };
}
