import { rejectedRecords } from "../../stores/rejected-records";
import { defineCommand } from "../kit/command";
import { optional } from "../kit/options";
import { FORMAT_OPTIONS, formatOf, writeAnswer } from "../kit/output";
import { oneOf } from "../kit/values";
import { archiveOf, FILTER_OPTIONS, filterOf } from "./filter";
import { statistics } from "./statistics";

/** `iot rejected stats`: how many records were rejected, and why. */
export const rejectedStats = defineCommand({
  name: "stats",
  summary: "count rejected records by reason",
  description: "Counts rejected records by reason, with a total, or by reason and device.",
  examples: ["", "--since 7d --by device"],
  options: {
    by: optional(oneOf("device", ["device"], '"device"'), "count by reason and device"),
    ...FILTER_OPTIONS,
    ...FORMAT_OPTIONS,
  },
  async run({ by, ...values }, io) {
    const filter = filterOf(values);
    const format = formatOf(values);
    const { s3, bucket, unreadable } = await archiveOf(values, io);
    const records = rejectedRecords(s3, bucket, filter, unreadable.add);
    const grouping = { byDevice: by === "device", withTotal: format === "table" };
    const answer = await statistics(records, grouping, (count) => io.progress(`${count} records`));
    writeAnswer(answer, format, io.result);
    unreadable.conclude();
    return 0;
  },
});
