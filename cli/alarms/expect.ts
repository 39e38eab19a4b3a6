import { devicesNamed, FILE_OPTION, NAME } from "../device/workplace";
import { defineCommand } from "../kit/command";
import { optional } from "../kit/options";
import { counted } from "../kit/output";
import { TARGET_OPTIONS } from "../kit/target";
import { expectDevice } from "./expectation";
import { watchOf } from "./watch";

/** `iot alarms expect`: a device is found silent, be it one that never speaks. */
export const expectDevices = defineCommand({
  name: "expect",
  summary: "expect devices to publish, from now on",
  description:
    "Lets devices be found silent that have not published since the watch was deployed: their silence counts from now on. " +
    '"npx iot device add" does it for each new device. Run it over the fleet after you have deployed the first rule of silence.',
  examples: ["boiler-7", "--from fleet.csv --stack dev"],
  usage: ["NAME [options]", "--from FILE.csv [options]"],
  positionals: { device: optional(NAME, "the device's name") },
  options: { ...FILE_OPTION, ...TARGET_OPTIONS },
  changes: true,
  async run({ device, from, ...target }, io) {
    const devices = await devicesNamed(device, { from });
    const watch = await watchOf(target);
    const unwatched = devices.filter(({ name }) => watch.rules.ofSilence(name).length === 0);
    for (const [done, { name }] of devices.entries()) {
      io.signal.throwIfAborted();
      await expectDevice(name, watch);
      io.progress(`${done + 1} of ${counted(devices.length, "device")}`);
    }
    io.result(devices.length === 1 ? `${devices[0]?.name}: expected` : `${counted(devices.length, "device")} expected`);
    if (unwatched.length > 0)
      io.note(
        `no rule of silence watches ${counted(unwatched.length, "device")}, such as ${unwatched[0]?.name}: set one with "silentFor", and run this again`,
      );
    return 0;
  },
});
