import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { UsageError } from "../../../cli/kit/usage-error";
import { stackConfig } from "../../../local/stack/stack-config";

describe("stackConfig", () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), "stack-config-"));
    const dev =
      "config:\n  aws:region: sa-east-1\n  industrial-iot-monitoring:shardCount: 2\n  industrial-iot-monitoring:protectData: true\n";
    writeFileSync(path.join(root, "Pulumi.dev.yaml"), dev);
    writeFileSync(path.join(root, "Pulumi.empty.yaml"), "");
    writeFileSync(
      path.join(root, "Pulumi.secret.yaml"),
      "config:\n  industrial-iot-monitoring:shardCount:\n    secure: abc\n",
    );
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it("takes the project's keys without their namespace and the provider's as they are", () => {
    expect(stackConfig(root, "dev", {})).toEqual({ "aws:region": "sa-east-1", shardCount: 2, protectData: true });
  });

  it("lets the command line overrule the file, with JSON where it is some", () => {
    const overrules = { shardCount: "3", alarmEmails: '["a@b.c"]', environmentSuffix: "test" };
    expect(stackConfig(root, "dev", overrules)).toEqual({
      "aws:region": "sa-east-1",
      shardCount: 3,
      protectData: true,
      alarmEmails: ["a@b.c"],
      environmentSuffix: "test",
    });
  });

  it("takes an object as JSON, and refuses by name what begins as one and is none", () => {
    const rules = '{"hot":{"sensorType":"temperature","above":90}}';
    expect(stackConfig(root, "empty", { watchRules: rules })).toEqual({ watchRules: JSON.parse(rules) });
    expect(() => stackConfig(root, "empty", { watchRules: "{hot:{above:90}}" })).toThrow(UsageError);
    expect(() => stackConfig(root, "empty", { watchRules: "{hot:{above:90}}" })).toThrow(
      '"--config watchRules" must be JSON where it begins with "{", got {hot:{above:90}}',
    );
  });

  it("takes an empty file", () => {
    expect(stackConfig(root, "empty", {})).toEqual({});
  });

  it.each([
    ["prod", '"--stack" must be one that has a file Pulumi.<stack>.yaml (dev, empty, secret), got "prod"'],
    [
      "secret",
      '"industrial-iot-monitoring:shardCount" in Pulumi.secret.yaml is a secret, which the local run cannot read',
    ],
  ])("refuses the stack %s", (stack, message) => {
    expect(() => stackConfig(root, stack, {})).toThrow(UsageError);
    expect(() => stackConfig(root, stack, {})).toThrow(message);
  });
});
