import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UsageError } from "../../../cli/kit/usage-error";
import { configurationProblem, stackConfig } from "../../../local/stack/stack-config";

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

  it("takes a key with the project's namespace, or the provider's, and refuses one of another program", () => {
    const overrules = { "industrial-iot-monitoring:shardCount": "3", "aws:region": "us-east-1" };
    expect(stackConfig(root, "dev", overrules)).toEqual({
      "aws:region": "us-east-1",
      shardCount: 3,
      protectData: true,
    });
    expect(() => stackConfig(root, "dev", { "iot:shardCount": "2" })).toThrow(
      new UsageError(
        '"--config" must name a key of this project, or one that begins with "aws:", got "iot:shardCount". Fix: --config shardCount=<value>',
      ),
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

describe("configurationProblem", () => {
  const refused = new Error('  - "foo" is not a key of this project. Fix: pulumi config rm foo');

  it("has the fix for the command line where that gave the key, and is an error of it", () => {
    const problem = configurationProblem(refused, ["shardCount", "industrial-iot-monitoring:foo"]);
    expect(problem).toBeInstanceOf(UsageError);
    expect(problem).toMatchObject({
      message: `${refused.message}\n"--config" gives "foo". Fix: change it there, --config foo=<value>, or leave it out`,
    });
  });

  it("stays as it is where the file gave the key", () => {
    expect(configurationProblem(refused, ["shardCount"])).toBe(refused);
  });
});
