import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { DeviceFolder } from "../../../cli/device/device-folder";

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "publish-"));
  const topicOf = (name: string) => `sensor/data/${name}`;
  await new DeviceFolder(folder, "pump-7").saveConnection({ host: "127.0.0.1", port: 8883, authority: "pem", topicOf });
  program("mosquitto_pub", 'for last; do :; done; printf %s "$last"');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts a shell program before those of the PATH. */
function program(name: string, text: string): void {
  writeFileSync(path.join(folder, name), `#!/bin/sh\n${text}\n`);
  chmodSync(path.join(folder, name), 0o755);
}

/** The message that the script publishes. */
function published(...args: string[]): string {
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  return execFileSync(path.join(folder, "publish.sh"), args, { env, encoding: "utf8" });
}

describe("publish.sh", () => {
  it("sends the time of now, so that a redelivered reading is stored once", () => {
    const before = Date.now();
    const { timestamp, ...rest } = JSON.parse(published());
    expect(rest).toEqual({ deviceId: "pump-7", sensorType: "temperature", value: 25.5 });
    expect(timestamp).toBeGreaterThanOrEqual(before - 1);
    expect(timestamp).toBeLessThanOrEqual(Date.now());
  });

  it.each(["%s3N", "%3N", "3N"])("sends whole seconds where date has no milliseconds and prints %s", (ending) => {
    program("date", `case $1 in +%s) echo 1767225600 ;; *) echo '1767225600${ending}' ;; esac`);
    expect(JSON.parse(published())).toMatchObject({ timestamp: 1_767_225_600_000 });
  });

  it("sends a message that is given as it is", () => {
    expect(published('{"value": 1}')).toBe('{"value": 1}');
  });

  it("shows an example that is a message", () => {
    const [, example = ""] = /such as: \S+ '(.+)'/.exec(readFileSync(path.join(folder, "publish.sh"), "utf8")) ?? [];
    expect(JSON.parse(example)).toEqual({
      deviceId: "pump-7",
      sensorType: "temperature",
      value: 21,
      timestamp: 1_767_225_600_000,
    });
  });
});
