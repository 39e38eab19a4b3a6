import { defineCommand } from "../kit/command";
import { type Answer, counted, FORMAT_OPTIONS, formatOf, writeAnswer } from "../kit/output";
import { TARGET_OPTIONS, targetOf } from "../kit/target";
import type { DeviceDirectory } from "./device-directory";
import { type Pace, paced } from "./paced";
import { directoryOf, paceOf, RATE_OPTION } from "./workplace";

/** `iot device list`: the stack's devices and their certificates. */
export const listDevices = defineCommand({
  name: "list",
  summary: "list the stack's devices and their certificates",
  description: "Lists the stack's devices: a row for each certificate of a device.",
  examples: ["", "--stack dev --csv"],
  options: { ...RATE_OPTION, ...TARGET_OPTIONS, ...FORMAT_OPTIONS },
  async run(values, io) {
    const directory = directoryOf(await targetOf(values));
    const rows = await rowsOf(directory, paceOf(values, io), (count) => io.progress(counted(count, "device")));
    writeAnswer(rows, formatOf(values), io.result);
    io.signal.throwIfAborted();
    return 0;
  },
});

/** A row for each certificate that the stack's policy is attached to, and each thing of that certificate. */
async function rowsOf(directory: DeviceDirectory, pace: Pace, onProgress: (count: number) => void): Promise<Answer> {
  const rows: (string | null)[][] = [];
  await paced(directory.certificates(), pace, async (arn) => {
    const id = arn.split("/").at(-1) ?? "";
    const [things, certificate] = await Promise.all([directory.thingsOf(arn), directory.certificate(id)]);
    const status = certificate?.isActive ? "active" : "inactive";
    for (const thing of things.length === 0 ? [null] : things) rows.push([thing, status, id]);
    onProgress(rows.length);
  });
  rows.sort(([left], [right]) => ((left ?? "") < (right ?? "") ? -1 : 1));
  return { columns: ["device", "status", "certificate"], rows };
}
