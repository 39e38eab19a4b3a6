import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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
  return run("publish.sh", args);
}

function run(script: string, args: readonly string[], input = ""): string {
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  return execFileSync(path.join(folder, script), args, { env, encoding: "utf8", input });
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

  it.each(["-V", "--help"])("refuses %s, which is no message", (option) => {
    expect(() => published(option)).toThrow(`The argument must be a reading in JSON, got "${option}"`);
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

describe("publish-batch.sh", () => {
  it.each([["-V"], ["1", "--help"]])("refuses %s, which is no number", (...args) => {
    expect(() => run("publish-batch.sh", args)).toThrow(
      `The argument must be a number, or - alone, got "${args.at(-1)}"`,
    );
  });

  const message = (text: string) => JSON.parse(text) as { readings: { value: number; timestamp: number }[] };

  it("sends the values a second apart, the last one now", () => {
    const before = Date.now();
    const { readings, ...rest } = message(run("publish-batch.sh", ["1", "-2.5", "3e2"]));
    expect(rest).toEqual({ deviceId: "pump-7", sensorType: "temperature" });
    const [first, second, last] = readings.map(({ timestamp }) => timestamp) as [number, number, number];
    expect(readings.map(({ value }) => value)).toEqual([1, -2.5, 300]);
    expect([second - first, last - second]).toEqual([1000, 1000]);
    expect(last).toBeGreaterThanOrEqual(before - 1);
    expect(last).toBeLessThanOrEqual(Date.now());
  });

  it("gathers twenty lines of standard input in a message, and sends the rest at the end", () => {
    program("mosquitto_pub", 'for last; do :; done; printf "%s\\n" "$last"');
    const lines = Array.from({ length: 45 }, (_, at) => at).join("\n");
    const messages = run("publish-batch.sh", ["-"], `${lines}\n`).trim().split("\n").map(message);
    expect(messages.map(({ readings }) => readings.length)).toEqual([20, 20, 5]);
    expect(messages.flatMap(({ readings }) => readings.map(({ value }) => value))).toEqual(
      Array.from({ length: 45 }, (_, at) => at),
    );
  });

  it("keeps what it has gathered where the broker does not take it", () => {
    const once = path.join(folder, "once");
    program("mosquitto_pub", `[ -f ${once} ] || { touch ${once}; exit 1; }; for last; do :; done; printf %s "$last"`);
    const lines = Array.from({ length: 21 }, (_, at) => at).join("\n");
    expect(message(run("publish-batch.sh", ["-"], `${lines}\n`)).readings).toHaveLength(21);
  });
});
