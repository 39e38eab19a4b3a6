import { devicesNamed, FILE_OPTION, NAME } from "../device/workplace";
import { defineCommand } from "../kit/command";
import { optional } from "../kit/options";
import { counted } from "../kit/output";
import { TARGET_OPTIONS } from "../kit/target";
import { forgetDevice } from "./expectation";
import { watchOf } from "./watch";

/** `iot alarms forget`: a device that is gone is not missed. */
export const forgetDevices = defineCommand({
  name: "forget",
  summary: "end the alarms of devices that are gone",
  description:
    "Ends the alarms and shelves of devices that are gone, and expects nothing of them: they are not found silent. " +
    '"npx iot device remove" does it for each removed device. The exit status is 1 where the watch knows none of them. A device that publishes again is watched again.',
  examples: ["boiler-7", "--from gone.csv --stack dev"],
  usage: ["NAME [options]", "--from FILE.csv [options]"],
  positionals: { device: optional(NAME, "the device's name") },
  options: { ...FILE_OPTION, ...TARGET_OPTIONS },
  changes: true,
  async run({ device, from, ...target }, io) {
    const devices = await devicesNamed(device, { from });
    const watch = await watchOf(target);
    const unknown: string[] = [];
    for (const [done, { name }] of devices.entries()) {
      io.signal.throwIfAborted();
      if (!(await forgetDevice(name, watch))) unknown.push(name);
      io.progress(`${done + 1} of ${counted(devices.length, "device")}`);
    }
    const forgotten = devices.length - unknown.length;
    if (devices.length > 1 || forgotten > 0)
      io.result(devices.length === 1 ? `${devices[0]?.name}: forgotten` : `${counted(forgotten, "device")} forgotten`);
    if (unknown.length > 0)
      io.note(`the watch does not know ${counted(unknown.length, "device")}, such as ${unknown[0]}`);
    return forgotten > 0 ? 0 : 1;
  },
});
