import { forgetDevice } from "../alarms/expectation";
import { defineCommand } from "../kit/command";
import { optional } from "../kit/options";
import { JSON_OPTION } from "../kit/output";
import { type NewDevice, removeDevice, type Workplace } from "./changes";
import { CHANGE_OPTIONS, changeDevices, devicesNamed, FILE_OPTION, NAME } from "./workplace";

/** `iot device remove`: a device with its certificates and files. */
export const removeDevices = defineCommand({
  name: "remove",
  summary: "remove devices with their certificates and files",
  description:
    "Deletes a device, its certificates and its files. The stack's policy can be deleted once no device is left. A device " +
    "that the stack does not have deletes nothing, and the exit status is 1. Where the stack has a device watch, its alarms end.",
  examples: ["sensor-001", "--from fleet.csv --stack dev"],
  usage: ["NAME [options]", "--from FILE.csv [options]"],
  positionals: { device: optional(NAME, "the device's name") },
  options: { ...FILE_OPTION, ...CHANGE_OPTIONS, ...JSON_OPTION },
  changes: true,
  async run({ device, ...values }, io) {
    const remove = ({ name }: NewDevice, workplace: Workplace) => removeDevice(name, workplace);
    const tell = { how: "forget", watch: forgetDevice } as const;
    return changeDevices(await devicesNamed(device, values), values, io, remove, tell);
  },
});
