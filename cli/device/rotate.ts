import { defineCommand } from "../kit/command";
import { flag, required } from "../kit/options";
import { counted, JSON_OPTION } from "../kit/output";
import { finishRotation, rotateDevice } from "./changes";
import { deviceOf } from "./fleet-file";
import { CHANGE_OPTIONS, changeDevices, NAME } from "./workplace";

/** `iot device rotate`: a new key and certificate. */
export const rotateDevices = defineCommand({
  name: "rotate",
  summary: "give a device a new key and certificate",
  description:
    "Issues a new certificate for a new key, and revokes the old one. With --overlap the old one stays valid until --finish.",
  examples: ["sensor-001", "sensor-001 --overlap", "sensor-001 --finish"],
  positionals: { device: required(NAME, "the device's name") },
  options: {
    overlap: flag("keep the old certificate valid until --finish", { excludes: ["finish"] }),
    finish: flag("revoke all certificates of the device but the one in DIR/NAME"),
    ...CHANGE_OPTIONS,
    ...JSON_OPTION,
  },
  changes: true,
  async run({ device, overlap, finish, ...values }, io) {
    return changeDevices([deviceOf(device, undefined)], values, io, async ({ name }, workplace) => {
      if (finish) return `retired ${counted(await finishRotation(name, workplace), "certificate")}`;
      await rotateDevice(name, workplace, overlap);
      return "rotated";
    });
  },
});
