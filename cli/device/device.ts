import { readFile } from "node:fs/promises";
import path from "node:path";
import { IoTClient } from "@aws-sdk/client-iot";
import { FLAG, parsed, TEXT, wholeNumber } from "../kit/arguments";
import { type Command, UsageError } from "../kit/command";
import { counted, formatAnswer, formatOf } from "../kit/output";
import { clientConfig, TARGET_HELP, TARGET_OPTIONS, targetOf } from "../kit/target";
import { changeAll } from "./change-all";
import { addDevice, finishRotation, type NewDevice, removeDevice, rotateDevice } from "./changes";
import { connectionOf } from "./connection";
import { DeviceDirectory } from "./device-directory";
import { DeviceFolder } from "./device-folder";
import { deviceOf, devicesOf } from "./fleet-file";
import { listDevices } from "./list";
import { commandOf, sendCommand } from "./send";

const HELP = `Usage: npx iot device add NAME [--type TYPE] [options]
       npx iot device add --from FILE.csv [options]
       npx iot device list [options]
       npx iot device rotate NAME [--overlap | --finish] [options]
       npx iot device remove NAME [options]
       npx iot device remove --from FILE.csv [options]
       npx iot device send NAME JSON [options]

add     makes a key here, which is never sent, has it certified, and lets the certificate in as the thing NAME. DIR/NAME then
        holds private.key, certificate.pem, ca.pem, publish.sh, which publishes a reading with mosquitto_pub, and stack.json, which
        names the stack: add, rotate and remove refuse the folder of another one.
        Doing it again changes nothing, and goes on where it was interrupted.
list    the stack's devices and their certificates.
rotate  gives the device a new key and certificate; the old one is out at once.
remove  deletes the device, its certificates and its files, so that the stack's policy can be deleted. Where the stack has no such
        device, nothing is deleted, and the status is 1.
send    publishes JSON to sensor/commands/NAME, which the device may subscribe to. A device that is not connected misses it, unless
        its session is kept.

  --type TYPE      what kind of device it is: the thing's attribute "type"
  --from FILE.csv  many devices: a line "name,type" (or "name"), and a line for each
  --overlap        the old certificate stays good until "rotate NAME --finish"
  --finish         retires all certificates of the device but the one in DIR/NAME
  --out DIR        where devices' folders are (default devices)
  --rate N         devices a second (default 8, which is below AWS's quotas)
${TARGET_HELP}  --json           one JSON object a line
  --csv            comma-separated values (list)
  --help           this text
`;

/** AWS's default for the slowest of the calls is 10 a second: https://docs.aws.amazon.com/general/latest/gr/iot-core.html#throttling-limits */
const DEFAULT_RATE = "8";
const AT_ONCE = 16;

/** `iot device`: who may publish. */
export const device: Command = {
  name: "device",
  summary: "adds, lists, rotates and removes devices, and sends them commands",
  help: HELP,
  async run(args, io) {
    const { values, positionals } = parsed({
      args: [...args],
      allowPositionals: true,
      options: {
        ...TARGET_OPTIONS,
        type: TEXT,
        from: TEXT,
        overlap: FLAG,
        finish: FLAG,
        out: TEXT,
        rate: TEXT,
        json: FLAG,
        csv: FLAG,
      },
    });
    const [what, name, ...others] = positionals;
    if (what !== "add" && what !== "list" && what !== "rotate" && what !== "remove" && what !== "send")
      throw new UsageError('say what to do: "add", "list", "rotate", "remove" or "send"');
    const command = what === "send" ? others.shift() : undefined;
    if (what === "send" && (name === undefined || command === undefined))
      throw new UsageError("say to which device, and what: iot device send NAME JSON");
    if (others.length > 0)
      throw new UsageError(`one device at a time, or "--from FILE.csv": "${others[0]}" is too much`);
    const foreign = (["type", "from", "overlap", "finish"] as const).find(
      (option) => values[option] !== undefined && !OPTIONS_OF[what].includes(option),
    );
    if (foreign !== undefined) throw new UsageError(`"${what}" has no "--${foreign}"`);
    if (values.overlap && values.finish) throw new UsageError('"--overlap" and "--finish" exclude each other');
    const format = formatOf(values);
    if (command !== undefined) {
      const payload = commandOf(command);
      const { name: deviceName } = deviceOf(name ?? "", undefined);
      const topic = await sendCommand(deviceName, payload, await targetOf(values));
      io.result(format === "json" ? JSON.stringify({ device: deviceName, result: "sent", topic }) : `sent to ${topic}`);
      return 0;
    }
    const perSecond = wholeNumber("--rate", values.rate ?? DEFAULT_RATE, 1, 1000);
    const devices = what === "list" ? [] : await devicesNamed(name, values);
    if (what === "list" && name !== undefined) throw new UsageError(`"list" takes no "${name}"`);
    const target = await targetOf(values);
    // Where many work with one account, AWS slows them all down: adaptive means that we wait then.
    const client = new IoTClient({ ...clientConfig(target), maxAttempts: 8, retryMode: "adaptive" });
    const directory = new DeviceDirectory(client, target.output("iot_policy_name"));
    const pace = { perSecond, atOnce: AT_ONCE, signal: io.signal };
    if (what === "list") {
      io.result(
        formatAnswer(await listDevices(directory, pace, (count) => io.progress(counted(count, "device"))), format),
      );
      io.signal.throwIfAborted();
      return 0;
    }
    const folderOf = (deviceName: string) =>
      new DeviceFolder(path.join(values.out ?? "devices", encodeURIComponent(deviceName)), deviceName);
    const connection = await connectionOf(directory, target);
    const change = async (each: NewDevice): Promise<string> => {
      const folder = folderOf(each.name);
      if (what === "remove") return removeDevice(each.name, { directory, folder, connection });
      if (what === "add") return addDevice(each, { directory, folder, connection });
      if (values.finish)
        return `retired ${counted(await finishRotation(each.name, { directory, folder, connection }), "certificate")}`;
      await rotateDevice(each.name, { directory, folder, connection }, values.overlap ?? false);
      return "rotated";
    };
    return changeAll(devices, change, pace, (each) => folderOf(each).path, format === "json", io);
  },
};

const OPTIONS_OF: Readonly<Record<"add" | "list" | "rotate" | "remove" | "send", readonly string[]>> = {
  add: ["type", "from"],
  list: [],
  rotate: ["overlap", "finish"],
  remove: ["from"],
  send: [],
};

async function devicesNamed(
  name: string | undefined,
  { from, type }: { readonly from?: string | undefined; readonly type?: string | undefined },
): Promise<NewDevice[]> {
  if ((name === undefined) === (from === undefined)) throw new UsageError('name one device, or a file with "--from"');
  if (name !== undefined) return [deviceOf(name, type)];
  if (type !== undefined) throw new UsageError('"--type" is a column of the file');
  const file = from ?? "";
  const csv = await readFile(file).catch((error: Error) => {
    throw new UsageError(`"--from" must be a file that can be read: ${error.message}`);
  });
  return devicesOf(csv, file);
}
