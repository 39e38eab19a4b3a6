import { keyOf } from "../../watch/machine/alarm-name";
import { MAX_SHELF_MS } from "../../watch/machine/commands";
import { matchesGlob } from "../../watch/rules/device-glob";
import { QUALITY_RULE } from "../../watch/rules/rule";
import { defineCommand } from "../kit/command";
import { didYouMean } from "../kit/nearest";
import { flag, optional, required } from "../kit/options";
import { TARGET_OPTIONS } from "../kit/target";
import { UsageError } from "../kit/usage-error";
import { duration } from "../kit/values";
import { give, type Named } from "./give";
import { type Watch, watchOf } from "./watch";
import { ALARM, BY_OPTION, LINE, moment, shelfKeyOf, shelfName } from "./words";

/** `iot alarms shelve`: an alarm is not told for a while. */
export const shelveAlarm = defineCommand({
  name: "shelve",
  summary: "do not tell an alarm, or a device's alarms, for a while",
  description:
    "Shelves an alarm, a rule of a device or all of a device's alarms: what they raise is not told until the shelf ends. They are " +
    "judged all the same, and what is still active at the end is told then. Shelving a shelved alarm replaces its shelf.\n\n" +
    "A shelf holds for 7 days at most. What is away for longer belongs in watchQuiet, without an end: out of service.",
  examples: [
    "boiler-7/hot/temperature --for 2h --reason 'new sensor'",
    "boiler-7 --for 8h --reason maintenance",
    "boiler-7/hot --once --reason known",
  ],
  usage: ["ALARM --for DURATION --reason TEXT [options]", "ALARM --once --reason TEXT [options]"],
  positionals: { alarm: required(ALARM, "an alarm, a rule of a device (boiler-7/hot), or a device") },
  options: {
    for: optional(duration, "until then, 7d at most", { excludes: ["once"] }),
    once: flag("until the alarm is over"),
    reason: required(LINE, "why"),
    ...BY_OPTION,
    ...TARGET_OPTIONS,
  },
  changes: true,
  async run({ alarm, for: forMs, once, reason, by, ...target }, io) {
    if (forMs === undefined && !once) throw new UsageError('"--for" or "--once" is required, for example --for 2h');
    if (forMs !== undefined && forMs > MAX_SHELF_MS)
      throw new UsageError(
        '"--for" must be a duration of at most 7d, got a longer one. Fix: use watchQuiet for what is out of service',
      );
    const key = shelfKeyOf(alarm);
    const at = Date.now();
    const until = forMs === undefined ? undefined : at + Math.round(forMs);
    const event = { type: "shelve", key, by, at, note: reason, ...(until !== undefined && { until }) } as const;
    const name = shelfName(alarm.deviceId, key);
    const watch = await watchOf(target);
    refuseUnknownRule(alarm, watch);
    await give(alarm, event, watch, ({ reason: why }) => `"${name}" is not shelved: ${why}`);
    io.result(`${name}: shelved until ${until === undefined ? "it is over" : moment(until)}`);
    return 0;
  },
});

/** @throws Error for the shelf of a rule that does not watch the device: nothing would ever lie on it */
function refuseUnknownRule({ deviceId, key }: Named, { rules: { rules } }: Watch): void {
  const names = [...rules.filter(({ device }) => matchesGlob(device, deviceId)).map(({ name }) => name), QUALITY_RULE];
  const { rule } = keyOf(key);
  if (key === "" || names.includes(rule)) return;
  const suggestion = didYouMean(rule, names);
  throw new Error(
    `"ALARM" must have a rule that watches ${deviceId} (${names.join(", ")}), got "${rule}"${suggestion && `.${suggestion}`}`,
  );
}
