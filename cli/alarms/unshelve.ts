import { defined } from "../../watch/machine/turn";
import { defineCommand } from "../kit/command";
import { required } from "../kit/options";
import { TARGET_OPTIONS } from "../kit/target";
import { give } from "./give";
import { watchOf } from "./watch";
import { ALARM, BY_OPTION, NOTE_OPTION, shelfKeyOf, shelfName } from "./words";

/** `iot alarms unshelve`: an alarm is told again. */
export const unshelveAlarm = defineCommand({
  name: "unshelve",
  summary: "tell a shelved alarm again",
  description: "Takes an alarm, a rule of a device or a device off its shelf. What is active is told now.",
  examples: ["boiler-7/boiler-hot/temperature", "boiler-7 --note 'maintenance is over'"],
  positionals: { alarm: required(ALARM, 'what was shelved, as "list --shelved" names it') },
  options: { ...NOTE_OPTION, ...BY_OPTION, ...TARGET_OPTIONS },
  changes: true,
  async run({ alarm, note, by, ...target }, io) {
    const key = shelfKeyOf(alarm);
    const name = shelfName(alarm.deviceId, key);
    const event = { type: "unshelve", key, by, at: Date.now(), ...defined({ note }) } as const;
    await give(
      alarm,
      event,
      await watchOf(target),
      ({ reason }) => `"${name}" is not taken off a shelf: ${reason}. Fix: npx iot alarms list --shelved`,
    );
    io.result(`${name}: no longer shelved`);
    return 0;
  },
});
