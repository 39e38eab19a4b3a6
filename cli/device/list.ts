import type { Answer } from "../kit/output";
import type { DeviceDirectory } from "./device-directory";
import { type Pace, paced } from "./paced";

/** The stack's devices: a row for each certificate that its policy is attached to, and thing that it is attached to. */
export async function listDevices(
  directory: DeviceDirectory,
  pace: Pace,
  onProgress: (count: number) => void,
): Promise<Answer> {
  const rows: (string | null)[][] = [];
  await paced(directory.certificates(), pace, async (arn) => {
    const id = arn.split("/").at(-1) ?? "";
    const [things, certificate] = await Promise.all([directory.thingsOf(arn), directory.certificate(id)]);
    const status = certificate?.isActive ? "active" : "inactive";
    for (const thing of things.length === 0 ? [null] : things) rows.push([thing, status, id]);
    onProgress(rows.length);
  });
  rows.sort(([one], [other]) => ((one ?? "") < (other ?? "") ? -1 : 1));
  return { columns: ["device", "status", "certificate"], rows };
}
