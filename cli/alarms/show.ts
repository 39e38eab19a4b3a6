import { alarmName, keyOf } from "../../watch/machine/alarm-name";
import { listAlarms } from "../../watch/machine/list-alarms";
import { defined } from "../../watch/machine/turn";
import type { HistoryLine } from "../../watch/store/history-item";
import type { StoredDevice } from "../../watch/store/stored-device";
import { defineCommand } from "../kit/command";
import { flag, required } from "../kit/options";
import { formatAnswer } from "../kit/output";
import { TARGET_OPTIONS } from "../kit/target";
import type { Io } from "../kit/terminal";
import type { Named } from "./give";
import { writeLines } from "./history";
import { alarmRows, shelfRows } from "./list";
import { asContract, shelvesOf } from "./listed";
import { type Watch, watchOf } from "./watch";
import { ALARM, moment } from "./words";

/** `iot alarms show`: an alarm with its history, or what the watch knows of a device. Its status is 1 where there is none. */
export const showAlarm = defineCommand({
  name: "show",
  summary: "show an alarm with its history, or a device",
  description:
    "Shows an alarm: its state, its rule's text and runbook, and the history of the occurrence that is named, else of the current " +
    "one. For a device it shows when it was seen, its alarms and its shelves.",
  examples: ["boiler-7/boiler-hot/temperature#12", "boiler-7"],
  positionals: { alarm: required(ALARM, "an alarm, an occurrence of it, or a device") },
  options: { ...TARGET_OPTIONS, json: flag("print one JSON object; times are milliseconds since the epoch") },
  async run({ alarm, json, ...target }, io) {
    const watch = await watchOf(target);
    const stored = (await watch.store.read([alarm.deviceId], "strong")).get(alarm.deviceId);
    if (stored === undefined)
      throw new Error(`The watch knows no device "${alarm.deviceId}". Fix: npx iot alarms list`);
    if (alarm.key === "") showDevice(alarm.deviceId, stored, watch, json, io);
    else await showOne(alarm, stored, watch, json, io);
    return 0;
  },
});

function showDevice(device: string, { state }: StoredDevice, { rules }: Watch, json: boolean, io: Io): void {
  const now = Date.now();
  const { seenAt, expectedAt, backfill, rejected } = state;
  const alarms = listAlarms(device, state, rules, now);
  const shelves = shelvesOf(device, state, now);
  if (json) {
    const seen = defined({ seenAt, expectedAt, backfill, rejected });
    io.result(JSON.stringify({ device, ...seen, alarms: alarms.map(asContract), shelves }));
    return;
  }
  const rows = [
    ["device", device],
    ["last live reading", moment(seenAt)],
    ["expected since", moment(expectedAt)],
    ["last old reading", backfill && `${moment(backfill.at)}, ${Math.round(backfill.behindMs / 1000)} s behind`],
    ["last rejected", rejected && `${moment(rejected.at)}, ${rejected.reason}`],
  ].filter(([, value]) => value !== undefined && value !== "");
  io.result(formatAnswer({ columns: ["field", "value"], rows }, "table"));
  if (alarms.length > 0) io.result(`\n${formatAnswer(alarmRows(alarms, now), "table")}`);
  if (shelves.length > 0) io.result(`\n${formatAnswer(shelfRows(shelves), "table")}`);
}

/** @throws Error where there is no such alarm or occurrence */
async function showOne(named: Named, stored: StoredDevice, watch: Watch, json: boolean, io: Io): Promise<void> {
  const { deviceId, key, text } = named;
  const current = stored.state.alarms.get(key);
  const n = named.n ?? current?.n;
  const name = alarmName(deviceId, key, n);
  const history = n === undefined ? [] : await linesOf(name, deviceId, watch);
  const listed = listAlarms(deviceId, stored.state, watch.rules, Date.now()).find(({ alarm }) => alarm === name);
  const isCurrent = current !== undefined && n === current.n;
  if (!isCurrent && history.length === 0)
    throw new Error(`No alarm or occurrence has the name "${text}". Fix: npx iot alarms show ${deviceId}`);
  const { rule, sensorType } = keyOf(key);
  const { text: meaning, runbook, priority } = watch.rules.find(rule, deviceId, sensorType) ?? {};
  const { by, at, note } = (isCurrent ? current.acked : undefined) ?? {};
  const fields = {
    ...(listed === undefined
      ? {
          alarm: name,
          device: deviceId,
          rule,
          ...(sensorType !== "" && { sensorType }),
          ...defined({ occurrence: n, priority }),
        }
      : asContract(listed)),
    ...(isCurrent && current.phase === "normal" && { state: "normal", since: current.since }),
    ...defined({ acknowledgedBy: by, acknowledgedAt: at, note, meaning, runbook }),
    ...(isCurrent && defined({ fleeting: current.fleeting })),
  };
  if (json) {
    io.result(JSON.stringify({ ...fields, history }));
    return;
  }
  const rows = Object.entries(fields).map(([field, value]) => [field, isTime(field) ? moment(Number(value)) : value]);
  io.result(formatAnswer({ columns: ["field", "value"], rows }, "table"));
  if (history.length > 0) io.result("");
  await writeLines(history, "table", io);
}

async function linesOf(name: string, deviceId: string, { history }: Watch): Promise<readonly HistoryLine[]> {
  const lines = await history.lines({ from: 0, until: Number.POSITIVE_INFINITY }, deviceId);
  return lines.filter(({ alarm }) => alarm === name);
}

function isTime(field: string): boolean {
  return field === "since" || field === "raisedAt" || field === "shelvedUntil" || field === "acknowledgedAt";
}
