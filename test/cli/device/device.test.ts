import { describe, expect, it } from "vitest";
import { device } from "../../../cli/device/device";
import { UsageError } from "../../../cli/kit/usage-error";
import { recordingIo } from "../../helpers/recording-io";

describe("iot device", () => {
  it.each([
    [[], "A command is required: one of add, list, rotate, remove, send"],
    [["ad"], '"ad" is not a command.'],
    [["add"], '"NAME" or "--from" is required, got neither'],
    [["add", "pump-1", "--from", "fleet.csv"], '"NAME" or "--from" is required, got both'],
    [["add", "--from", "fleet.csv", "--type", "pump"], '"--type" must be given with "NAME", got "--from"'],
    [
      ["add", "--from", "/nowhere/fleet.csv"],
      '"--from" must be a file that can be read, got "/nowhere/fleet.csv": ENOENT',
    ],
    [["add", "a/b"], "a device's name must be 1 to 128 letters"],
    [["add", "pump-1", "pump-2"], '"pump-2" is one argument too many. Fix: leave it out'],
    [["add", "pump-1", "--rate", "0"], '"--rate" must be a whole number from 1 to 1000, got "0"'],
    [["list", "pump-1"], '"pump-1" is one argument too many'],
    [["list", "--type", "pump"], '"--type" is not an option of "list"'],
    [["rotate"], '"NAME" is required, for example sensor-001'],
    [["rotate", "pump-1", "--overlap", "--finish"], '"--overlap" must be given without "--finish", got both'],
    [["remove"], '"NAME" or "--from" is required, got neither'],
    [["send"], '"NAME" and "JSON" are required, for example sensor-001'],
    [["send", "pump-1", "open"], `"JSON" must be one JSON value, such as '{"interval":5}', got "open"`],
    [["send", "pump-1", `"${"x".repeat(128 * 1024)}"`], '"JSON" must be at most 131072 bytes, got 131074'],
  ])("refuses %j before it asks any service", async (args, message) => {
    const refused = device.run(args, recordingIo());
    await expect(refused).rejects.toBeInstanceOf(UsageError);
    await expect(refused).rejects.toThrow(message);
  });
});
