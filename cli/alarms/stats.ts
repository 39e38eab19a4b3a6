import { defineCommand } from "../kit/command";
import { FORMAT_OPTIONS, formatAnswer, formatOf } from "../kit/output";
import { periodOf } from "../kit/time";
import { HISTORY_OPTIONS } from "./history";
import { readListed } from "./listed";
import { mostFrequent, statistics } from "./statistics";
import { watchOf } from "./watch";

/** `iot alarms stats`: how many alarms there are, beside how many a person can work with. */
export const alarmStats = defineCommand({
  name: "stats",
  summary: "count the alarms, beside what ISA-18.2 calls acceptable",
  description:
    "Counts the raises that people were told, and what is active now, beside the yardsticks of ISA-18.2 for one operator: about 6 " +
    "raises an hour are acceptable and 12 the most that is manageable, no more than 10 come in 10 minutes, and fewer than 5 alarms " +
    "are stale, which is active for a day. A table names the ten most frequent alarms, too: begin with these.",
  examples: ["--since 7d", "--since 24h --device boiler-7"],
  options: { ...HISTORY_OPTIONS, ...FORMAT_OPTIONS },
  async run({ device, ...values }, io) {
    const now = Date.now();
    const { from, until } = periodOf(values, { open: now });
    const format = formatOf(values);
    const watch = await watchOf(values);
    const lines = await watch.history.lines({ from, until }, device);
    const { alarms, shelves } = await readListed(watch, { device }, now);
    const counted = { lines, from, until, alarms, shelves: shelves.length, now };
    io.result(formatAnswer(statistics(counted), format));
    const frequent = mostFrequent(lines);
    if (format === "table" && frequent.rows.length > 0) io.result(`\n${formatAnswer(frequent, format)}`);
    return 0;
  },
});
