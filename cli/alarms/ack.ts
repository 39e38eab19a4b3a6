import { alarmName } from "../../watch/machine/alarm-name";
import type { Refusal } from "../../watch/machine/commands";
import type { AlarmState } from "../../watch/machine/device-state";
import { defined } from "../../watch/machine/turn";
import { defineCommand } from "../kit/command";
import { required } from "../kit/options";
import { shellWord } from "../kit/output";
import { TARGET_OPTIONS } from "../kit/target";
import { UsageError } from "../kit/usage-error";
import { give, type Named } from "./give";
import { watchOf } from "./watch";
import { ALARM, BY_OPTION, moment, NOTE_OPTION } from "./words";

/** `iot alarms ack`: somebody knows of an occurrence. */
export const acknowledgeAlarm = defineCommand({
  name: "ack",
  summary: "acknowledge an occurrence of an alarm",
  description:
    "Notes that you know of an alarm. It takes the number of the occurrence, so that you never acknowledge one that you have not " +
    "seen: where another is current, the command is refused and says which. A latched alarm is reset by it, and one that is over " +
    "and waits for somebody becomes normal.",
  examples: ["boiler-7/boiler-hot/temperature#12 --note 'valve opened'"],
  positionals: { alarm: required(ALARM, 'an occurrence, as "list" and the notices name it') },
  options: { ...NOTE_OPTION, ...BY_OPTION, ...TARGET_OPTIONS },
  changes: true,
  async run({ alarm, note, by, ...target }, io) {
    const { deviceId, key, n, text } = alarm;
    if (n === undefined)
      throw new UsageError(
        `"ALARM" must have the number of its occurrence, such as ${alarmName("boiler-7", "boiler-hot/temperature", 12)}, got "${text}". Fix: npx iot alarms list --device ${deviceId}`,
      );
    const watch = await watchOf(target);
    const at = Date.now();
    const deed = { by, at, ...defined({ note }) };
    const stored = await give(alarm, { type: "ack", key, n, ...deed }, watch, (refusal) =>
      refusedWords(alarm, refusal),
    );
    const state = stored?.state.alarms.get(key);
    io.result(`${alarmName(deviceId, key, n)}: ${outcomeOf(state, at)}`);
    return 0;
  },
});

function refusedWords({ deviceId, key, text }: Named, { reason, current }: Refusal): string {
  const name = alarmName(deviceId, key, current);
  return current === undefined
    ? `"ALARM" must be an alarm of the device, got "${text}": ${reason}. Fix: npx iot alarms list --device ${deviceId}`
    : `"ALARM" must be an active occurrence, got "${text}": ${reason}. Fix: look at it with npx iot alarms show ${shellWord(name)}`;
}

function outcomeOf(state: AlarmState | undefined, at: number): string {
  const { phase, acked } = state ?? {};
  if (phase === "normal") return "acknowledged, and normal now";
  if (acked === undefined || acked.at === at) return "acknowledged";
  return `acknowledged already, by ${acked.by} at ${moment(acked.at)}`;
}
