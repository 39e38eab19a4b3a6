import type { HistoryLine } from "../../watch/store/history-item";
import { defineCommand } from "../kit/command";
import { optional, withDefault } from "../kit/options";
import { counted, FORMAT_OPTIONS, type Format, formatOf, rowWriter } from "../kit/output";
import { TARGET_OPTIONS } from "../kit/target";
import type { Io } from "../kit/terminal";
import { periodOf } from "../kit/time";
import { text, time } from "../kit/values";
import { watchOf } from "./watch";
import { moment } from "./words";

const COLUMNS = [
  { name: "at", width: 24 },
  { name: "event", width: 10 },
  { name: "told", width: 5 },
  { name: "alarm", width: 40 },
  { name: "reason", width: 0 },
];

/** Options that say of which device and period. */
export const HISTORY_OPTIONS = {
  since: withDefault(time, "7d", "what happened from then on"),
  until: optional(time, "what happened before then"),
  device: optional(text("NAME", "a device's name"), "of this device only: without it, the whole table is read"),
  ...TARGET_OPTIONS,
};

/** `iot alarms history`: what happened to the alarms. */
export const alarmHistory = defineCommand({
  name: "history",
  summary: "show what happened to the alarms",
  description:
    "Shows what happened to the alarms, in order: raise, end, ack, shelve, unshelve, reset, chattering. Where people were not told, " +
    "the reason says why. A command is in the history within a minute. The history is kept for a year.",
  examples: ["--since 7d", "--device boiler-7 --since 30d --csv"],
  options: { ...HISTORY_OPTIONS, ...FORMAT_OPTIONS },
  async run({ device, ...values }, io) {
    const period = periodOf(values);
    const { history } = await watchOf(values);
    const lines = await history.lines(period, device);
    await writeLines(lines, formatOf(values), io);
    io.note(counted(lines.length, "event"));
    return 0;
  },
});

/** Writes lines of the history: for a program as they are, an absent field absent. */
export async function writeLines(lines: Iterable<HistoryLine>, format: Format, io: Io): Promise<void> {
  const write = rowWriter(COLUMNS, format, io.result);
  const toldWord = (told: boolean) => (format === "table" ? (told ? "yes" : "no") : told);
  for (const line of lines) {
    io.signal.throwIfAborted();
    await io.ready();
    if (format === "json") io.result(JSON.stringify(line));
    else write([moment(line.at), line.event, toldWord(line.told), line.alarm, line.reason ?? ""]);
  }
}
