import { readFile } from "node:fs/promises";
import path from "node:path";
import { IoTClient } from "@aws-sdk/client-iot";
import { type ConnectedWatch, connectedWatch } from "../alarms/watch";
import { optional, type Values, withDefault } from "../kit/options";
import { clientConfig, TARGET_OPTIONS, type Target, type TargetValues, targetOf } from "../kit/target";
import type { Io } from "../kit/terminal";
import { UsageError } from "../kit/usage-error";
import { text, wholeNumber } from "../kit/values";
import { changeAll } from "./change-all";
import type { NewDevice, Workplace } from "./changes";
import { connectionOf } from "./connection";
import { DeviceDirectory } from "./device-directory";
import { DeviceFolder } from "./device-folder";
import { deviceOf, devicesOf } from "./fleet-file";
import { alone } from "./folder-lock";
import type { Pace } from "./paced";

/** AWS's default for the slowest of the calls is 10 per second: https://docs.aws.amazon.com/general/latest/gr/iot-core.html#throttling-limits */
const DEFAULT_RATE = "8";
const MAX_CONCURRENT = 16;

/** The pace of work on many devices. */
export const RATE_OPTION = {
  rate: withDefault(wholeNumber(1, 1000), DEFAULT_RATE, "devices per second at most; AWS's quotas allow 10"),
};

/** Options of every change of devices. */
export const CHANGE_OPTIONS = {
  out: withDefault(text("DIR", "a folder"), "devices", "the folder that holds a folder per device"),
  ...RATE_OPTION,
  ...TARGET_OPTIONS,
};

/** Names one device. */
export const NAME = text("NAME", "a device's name");

/** Names many devices. */
export const FILE_OPTION = {
  from: optional(
    text("FILE.csv", "a CSV file"),
    'many devices: a header "name,type" or "name", then a line per device',
  ),
};

/**
 * The devices that a command line names: one, or those of a file.
 * @throws UsageError where it names neither or both, or where a device is not a thing's name
 */
export async function devicesNamed(
  name: string | undefined,
  { from, type }: { readonly from: string | undefined; readonly type?: string | undefined },
): Promise<NewDevice[]> {
  if (name !== undefined && from === undefined) return [deviceOf(name, type)];
  if (name !== undefined || from === undefined)
    throw new UsageError(`"NAME" or "--from" is required, got ${name === undefined ? "neither" : "both"}`);
  if (type !== undefined)
    throw new UsageError('"--type" must be given with "NAME", got "--from". Fix: use the column "type" of the file');
  const csv = await readFile(from).catch((error: Error) => {
    throw new UsageError(`"--from" must be a file that can be read, got "${from}": ${error.message}`);
  });
  return devicesOf(csv, from);
}

/**
 * The registry of a stack's devices.
 * @throws Error where the stack lacks the output
 */
export function directoryOf(target: Target): DeviceDirectory {
  // AWS slows down every client of a busy account: "adaptive" waits with them.
  const client = new IoTClient({ ...clientConfig(target), maxAttempts: 8, retryMode: "adaptive" });
  return new DeviceDirectory(client, target.output("iot_policy_name"));
}

/** The pace that the options ask for. */
export function paceOf({ rate }: Values<typeof RATE_OPTION>, { signal }: Pick<Io, "signal">): Pace {
  return { perSecond: rate, maxConcurrent: MAX_CONCURRENT, signal };
}

/**
 * Changes devices of the stack that the options name, each by itself, and resolves with the exit status: 1 where one failed. One
 * command at a time works in a device's folder: two that add one device would certify two keys, and write one file.
 * @param change Resolves with the outcome, in a word.
 * @param tell Tells the device watch of a changed device, where the stack has one.
 */
export async function changeDevices(
  devices: readonly NewDevice[],
  values: Values<typeof CHANGE_OPTIONS> & TargetValues & { readonly json: boolean },
  io: Io,
  change: (device: NewDevice, workplace: Workplace) => Promise<string>,
  tell?: {
    readonly how: "expect" | "forget";
    readonly watch: (name: string, watch: ConnectedWatch) => Promise<unknown>;
  },
): Promise<number> {
  const target = await targetOf(values);
  const directory = directoryOf(target);
  const connection = await connectionOf(directory, target);
  const folderOf = (name: string) => new DeviceFolder(path.join(values.out, encodeURIComponent(name)), name);
  const watch = tell && (await connectedWatch(target));
  const changeOne = async (device: NewDevice) => {
    const folder = folderOf(device.name);
    const outcome = await alone(folder.path, io.signal, () => change(device, { directory, folder, connection }));
    if (tell !== undefined && watch !== undefined)
      await tell.watch(device.name, watch).catch((error: Error) => {
        throw new Error(
          `${outcome}, but the device watch was not told: ${error.message}. Fix: npx iot alarms ${tell.how} ${device.name}`,
        );
      });
    return outcome;
  };
  return changeAll(devices, changeOne, paceOf(values, io), (name) => folderOf(name).path, values.json, io);
}
