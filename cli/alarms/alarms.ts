import { defineGroup } from "../kit/command";
import { acknowledgeAlarm } from "./ack";
import { expectDevices } from "./expect";
import { forgetDevices } from "./forget";
import { alarmHistory } from "./history";
import { listDeviceAlarms } from "./list";
import { shelveAlarm } from "./shelve";
import { showAlarm } from "./show";
import { alarmStats } from "./stats";
import { tryAlarmRules } from "./try";
import { unshelveAlarm } from "./unshelve";

/** `iot alarms`: the alarms of devices, as the device watch keeps them. */
export const alarms = defineGroup({
  name: "alarms",
  summary: "list, acknowledge and shelve the alarms of devices, and try rules",
  description:
    "Works with the alarms that the device watch raises by the rules in watchRules: docs/alarms.md explains them. They are not the " +
    "CloudWatch alarms of the stack.",
  examples: [
    "list",
    "ack boiler-7/boiler-hot/temperature#12 --note 'valve opened'",
    "try --rules rules.yaml --since 7d",
  ],
  commands: [
    listDeviceAlarms,
    showAlarm,
    acknowledgeAlarm,
    shelveAlarm,
    unshelveAlarm,
    alarmHistory,
    alarmStats,
    expectDevices,
    forgetDevices,
    tryAlarmRules,
  ],
  sections: [
    {
      title: "States:",
      rows: [
        ["raising", "the condition holds, but not for long enough yet"],
        ["active", "raised, and nobody has acknowledged it"],
        ["acknowledged", "raised, and somebody knows"],
        ["clearing", "the value is good again, but not for long enough yet"],
        ["returned", "over before anybody acknowledged it: it waits for somebody"],
        ["latched", "over, and held until somebody resets it with ack"],
      ],
    },
  ],
});
