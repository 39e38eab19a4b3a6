import { expectUnknown } from "../alarms/expectation";
import { defineCommand } from "../kit/command";
import { optional } from "../kit/options";
import { JSON_OPTION } from "../kit/output";
import { text } from "../kit/values";
import { addDevice } from "./changes";
import { CHANGE_OPTIONS, changeDevices, devicesNamed, FILE_OPTION, NAME } from "./workplace";

/** `iot device add`: a thing with a key and a certificate. */
export const addDevices = defineCommand({
  name: "add",
  summary: "add devices: a thing, a key and a certificate each",
  description:
    "Makes a key on this machine, which is never sent, has it certified, and lets the certificate in as the thing NAME. " +
    "Adding a device again changes nothing, and completes what was interrupted.\n\n" +
    "DIR/NAME then holds private.key, certificate.pem, ca.pem, publish.sh and publish-batch.sh, which publish a reading, or many " +
    "in one message, with mosquitto_pub, and stack.json, which names the stack: a folder of another stack is refused.\n\n" +
    "Where the stack has a device watch, a new device is expected from now on: one that never publishes is found silent.",
  examples: ["sensor-001 --type probe", "--from fleet.csv --stack dev"],
  usage: ["NAME [--type TYPE] [options]", "--from FILE.csv [options]"],
  positionals: { device: optional(NAME, "the device's name") },
  options: {
    type: optional(text("TYPE", "a device's type"), 'what kind of device it is: the thing\'s attribute "type"'),
    ...FILE_OPTION,
    ...CHANGE_OPTIONS,
    ...JSON_OPTION,
  },
  changes: true,
  async run({ device, ...values }, io) {
    return changeDevices(await devicesNamed(device, values), values, io, addDevice, {
      how: "expect",
      watch: expectUnknown,
    });
  },
});
