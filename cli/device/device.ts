import { defineGroup } from "../kit/command";
import { addDevices } from "./add";
import { listDevices } from "./list";
import { removeDevices } from "./remove";
import { rotateDevices } from "./rotate";
import { sendToDevice } from "./send";

/** `iot device`: who may publish. */
export const device = defineGroup({
  name: "device",
  summary: "add, list, rotate and remove devices, and send them commands",
  description: "Manages the devices that may publish: their things, keys and certificates.",
  examples: ["add sensor-001 --type probe", "list --stack dev", "rotate sensor-001 --overlap"],
  commands: [addDevices, listDevices, rotateDevices, removeDevices, sendToDevice],
});
