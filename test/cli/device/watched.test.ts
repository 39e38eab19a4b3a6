import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DescribeEndpointCommand, IoTClient } from "@aws-sdk/client-iot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changeDevices } from "../../../cli/device/workplace";
import { mockClient } from "../../helpers/mocked-clients";
import { recordingIo } from "../../helpers/recording-io";
import { startWatchTables, WATCH_TABLE, type WatchTables } from "../../helpers/watch-table";

const iot = mockClient(IoTClient);
iot.on(DescribeEndpointCommand).resolves({ endpointAddress: "local-ats.iot.sa-east-1.amazonaws.com" });

const out = mkdtempSync(path.join(tmpdir(), "devices-"));
let watched: WatchTables;
let unwatched: WatchTables;
beforeAll(async () => {
  const iot_policy_name = "iot-device-policy-dev";
  watched = await startWatchTables({ iot_policy_name, watch_table_name: WATCH_TABLE });
  unwatched = await startWatchTables({ iot_policy_name, watch_table_name: "" });
});
afterAll(async () => {
  rmSync(out, { recursive: true });
  await Promise.all([watched.close(), unwatched.close()]);
});

/** Changes two devices, of which the change of one fails. Comes back with whom the watch was told of. */
async function change({ endpoint }: WatchTables, watch: (name: string) => Promise<unknown>) {
  const io = recordingIo();
  const devices = ["pump-1", "pump-2"].map((name) => ({ name, type: undefined }));
  const values = { out, rate: 1000, stack: undefined, outputs: undefined, endpoint, json: false };
  const changed = async ({ name }: { readonly name: string }) => {
    if (name === "pump-2") throw new Error("AccessDenied");
    return "added";
  };
  const status = await changeDevices(devices, values, io, changed, { how: "expect", watch });
  return { status, notes: io.notes };
}

describe("a change of devices", () => {
  it("is told to the watch where it was made, and where there is a watch", async () => {
    const told: string[] = [];
    const tell = async (name: string) => told.push(name);
    const { status, notes } = await change(watched, tell);
    expect([status, notes[0]]).toEqual([1, "pump-2: AccessDenied"]);
    expect(told).toEqual(["pump-1"]);
    await change(unwatched, tell);
    expect(told).toEqual(["pump-1"]);
  });

  it("says what is left to do where the watch could not be told", async () => {
    const { notes } = await change(watched, async () => {
      throw new Error("Throttled");
    });
    expect(notes).toContain(
      "pump-1: added, but the device watch was not told: Throttled. Fix: npx iot alarms expect pump-1",
    );
  });

  it("works in a device's folder alone, whatever another one does at the same time", async () => {
    const devices = ["pump-1", "pump-2", "pump-3"].map((name) => ({ name, type: undefined }));
    const values = {
      out,
      rate: 1000,
      stack: undefined,
      outputs: undefined,
      endpoint: unwatched.endpoint,
      json: false,
    };
    const order: string[] = [];
    const changed = async ({ name }: { readonly name: string }) => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push(`${name} ends`);
      return "added";
    };
    const running = [1, 2].map(() => changeDevices(devices, values, recordingIo(), changed));
    expect(await Promise.all(running)).toEqual([0, 0]);
    for (const { name } of devices)
      expect(order.filter((line) => line.startsWith(name))).toEqual(
        Array.from({ length: 2 }, () => [`${name} begins`, `${name} ends`]).flat(),
      );
    expect(readdirSync(out)).toEqual([]);
  });
});
