import { describe, expect, it } from "vitest";
import { alarms } from "../../lib/alarms";
import { parseConfig, REGION } from "../../lib/config";
import { alarmName, longestSuffix, physicalNames, refusedNames } from "../../lib/names";

describe("physicalNames", () => {
  it("names every part of an environment", () => {
    expect(physicalNames("plant-7", "123456789012")).toEqual({
      archiveBucket: "iot-sensor-archival-plant-7-123456789012",
      accessLogBucket: "iot-sensor-access-logs-plant-7-123456789012",
      table: "iot-sensor-data-plant-7",
      stream: "iot-sensor-stream-plant-7",
      processor: "iot-sensor-processor-plant-7",
      processorRole: "iot-processor-lambda-role-plant-7",
      rule: "iot_sensor_rule_plant_7",
      ruleRole: "iot-kinesis-role-plant-7",
      ruleErrorLog: "/aws/iot/rules/plant-7",
      devicePolicy: "iot-device-policy-plant-7",
      alarmTopic: "iot-alarms-plant-7",
      dashboard: "iot-monitoring-plant-7",
      archiveDelivery: "iot-sensor-archive-plant-7",
      archiveDeliveryRole: "iot-firehose-role-plant-7",
      archiveTransform: "iot-archive-transform-plant-7",
      archiveTransformRole: "iot-archive-lambda-role-plant-7",
      historyDatabase: "iot_sensor_plant_7",
      historyWorkgroup: "iot-sensor-plant-7",
      watch: "iot-device-watch-plant-7",
      watchRole: "iot-device-watch-role-plant-7",
      watchTable: "iot-device-watch-plant-7",
      watchConsumer: "iot-device-watch-plant-7",
      sweep: "iot-device-watch-sweep-plant-7",
      sweepRole: "iot-device-watch-sweep-role-plant-7",
      sweepSchedule: "iot-device-watch-sweep-plant-7",
      noticeTopic: "iot-device-notices-plant-7",
      noticeFeed: "iot-device-notices-feed-plant-7",
    });
    expect(alarmName("silence", "plant-7")).toBe("iot-silence-plant-7");
  });
});

describe("the names of two environments", () => {
  /** Names that must differ within an account, by the service that keeps them. */
  const SERVICES: Readonly<Record<string, readonly (keyof ReturnType<typeof physicalNames>)[]>> = {
    S3: ["archiveBucket", "accessLogBucket"],
    DynamoDB: ["table", "watchTable"],
    Lambda: ["processor", "archiveTransform", "watch", "sweep"],
    IAM: ["processorRole", "ruleRole", "archiveDeliveryRole", "archiveTransformRole", "watchRole", "sweepRole"],
    SNS: ["alarmTopic", "noticeTopic", "noticeFeed"],
  };
  const accepted = (suffix: string) => parseConfig({ environmentSuffix: suffix }, REGION).ok;

  it.each(Object.entries(SERVICES))("are never the same in %s", (_service, parts) => {
    const names = (suffix: string) => parts.map((part) => physicalNames(suffix, "1")[part]);
    // What one name has more than another is what a suffix could begin with.
    const beginnings = names("").flatMap((name) =>
      names("").flatMap((other) => (name !== other && name.startsWith(other) ? [name.slice(other.length)] : [])),
    );
    for (const beginning of beginnings) expect([beginning, accepted(`${beginning}x`)]).toEqual([beginning, false]);
  });

  it("have alarms of their own", () => {
    const config = parseConfig({ environmentSuffix: "x", watchRules: { quiet: { silentFor: "15m" } } }, REGION);
    const keys = config.ok ? alarms(config.config).map(({ key }) => key) : [];
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => keys.some((other) => key.startsWith(`${other}-`)))).toEqual([]);
  });
});

describe("the longest suffix", () => {
  const { length, limitedBy } = longestSuffix();

  it("is what a bucket's 63 characters leave", () => {
    expect(longestSuffix()).toEqual({ length: 27, limitedBy: "iot-sensor-access-logs-<suffix>-<account>" });
    expect(limitedBy.replace("<suffix>", "x".repeat(length)).replace("<account>", "0".repeat(12))).toHaveLength(63);
  });

  it("breaks no name, and one character more breaks one", () => {
    expect(refusedNames("x".repeat(length))).toEqual([]);
    expect(refusedNames("x".repeat(length + 1))).toEqual([`iot-sensor-access-logs-${"x".repeat(28)}-000000000000`]);
  });
});

describe("refusedNames", () => {
  it.each([
    ["a_b", ["iot-sensor-archival-a_b-000000000000", "iot-sensor-access-logs-a_b-000000000000"]],
    ["A", ["iot-sensor-archival-A-000000000000", "iot-sensor-access-logs-A-000000000000", "iot_sensor_A"]],
    ["a-b", []],
  ])("knows each service's characters: %s", (suffix, refused) => {
    expect(refusedNames(suffix)).toEqual(refused);
  });

  it("refuses what no service takes everywhere", () => {
    expect(refusedNames("a b")).toHaveLength(Object.keys(physicalNames("", "")).length);
  });
});
