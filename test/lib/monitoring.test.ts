import { beforeAll, describe, expect, it } from "vitest";
import type { Recording } from "../../local/stack/recording";
import { dependenciesOf, named, policyOf, recordStack, tags } from "../helpers/stack";

const TOPIC = "arn:aws:sns:sa-east-1:123456789012:iot-alarms-dev";
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const MAPPING = { EventSourceMappingUUID: "11111111-2222-4333-8444-555555555555" };
const FUNCTION = { FunctionName: "iot-sensor-processor-dev" };
const STREAM = { StreamName: "iot-sensor-stream-dev" };
const TABLE = { TableName: "iot-sensor-data-dev" };
const RULE = { RuleName: "iot_sensor_rule_dev" };
const OWN = { Environment: "dev" };
const WATCH = { FunctionName: "iot-device-watch-dev" };
const WATCH_MAPPING = { EventSourceMappingUUID: "22222222-3333-4444-8555-666666666666" };
const DELIVERY = { DeliveryStreamName: "iot-sensor-archive-dev" };
const TRANSFORM = { FunctionName: "iot-archive-transform-dev" };
/** Alarms that go off below their threshold. */
const FALLING = ["silence", "processor-stopped", "archive-delivery-failures"];
/** What an alarm's description says that its threshold counts; the rest are counts. */
const UNITS: Readonly<Record<string, string>> = {
  "kinesis-iterator-age": "maximum age, milliseconds",
  "processor-iterator-age": "maximum age, milliseconds",
  "archive-freshness": "maximum age, seconds",
  "archive-lag": "maximum age, milliseconds",
  "archive-delivery-failures": "share of deliveries that succeed",
};

let stack: Recording;
let watching: Recording;
beforeAll(async () => {
  stack = await recordStack("dev", { alarmEmails: ["a@example.com", "b@example.com"] });
  watching = await recordStack("dev", { watchRules: { silent: { silentFor: "15m" } } });
});

describe("the alarm topic", () => {
  it("has no key, with which CloudWatch could not publish", () => {
    expect(stack.only("aws:sns/topic:Topic").inputs).toEqual({
      name: "iot-alarms-dev",
      tags: tags("iot-alarms-dev", "Alarms and recoveries"),
    });
  });

  it("takes messages from this account's alarms, over TLS", () => {
    expect(stack.only("aws:sns/topicPolicy:TopicPolicy").inputs.arn).toBe(TOPIC);
    expect(policyOf(stack.only("aws:sns/topicPolicy:TopicPolicy"))).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "DenyPlainHttp",
          Effect: "Deny",
          Principal: "*",
          Action: "sns:Publish",
          Resource: [TOPIC],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
        {
          Sid: "LetAlarmsPublish",
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: "sns:Publish",
          Resource: TOPIC,
          Condition: {
            ArnLike: { "aws:SourceArn": "arn:aws:cloudwatch:sa-east-1:123456789012:alarm:*" },
            StringEquals: { "aws:SourceAccount": "123456789012" },
          },
        },
      ],
    });
  });

  it("tells each configured address", () => {
    const type = "aws:sns/topicSubscription:TopicSubscription";
    expect(stack.ofType(type).map(({ inputs }) => inputs)).toEqual([
      { topic: TOPIC, protocol: "email", endpoint: "a@example.com" },
      { topic: TOPIC, protocol: "email", endpoint: "b@example.com" },
    ]);
  });
});

/** Key, namespace, metric, dimensions, statistic, threshold, seconds of a period, periods. */
const ALARMS = [
  ["lambda-errors", "AWS/Lambda", "Errors", FUNCTION, "Sum", 10, 300, 2],
  ["kinesis-iterator-age", "AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", STREAM, "Maximum", 60_000, 300, 2],
  ["processor-iterator-age", "AWS/Lambda", "IteratorAge", FUNCTION, "Maximum", 60_000, 300, 2],
  ["dynamodb-throttles", "AWS/DynamoDB", "WriteThrottleEvents", TABLE, "Sum", 10, 300, 1],
  [
    "dynamodb-index-throttles",
    "AWS/DynamoDB",
    "WriteThrottleEvents",
    { ...TABLE, GlobalSecondaryIndexName: "SensorTypeIndex" },
    "Sum",
    10,
    300,
    1,
  ],
  ["kinesis-write-throttles", "AWS/Kinesis", "WriteProvisionedThroughputExceeded", STREAM, "Sum", 0, 300, 1],
  ["rejected-readings", "IoT/Manufacturing", "RejectedRecords", OWN, "Sum", 10, 300, 1],
  ["anomalies", "IoT/Manufacturing", "AnomaliesDetected", OWN, "Sum", 10, 300, 1],
  ["silence", "AWS/Kinesis", "IncomingRecords", STREAM, "Sum", 1, 60, 15],
  ["processor-stopped", "AWS/Lambda", "Invocations", FUNCTION, "Sum", 1, 60, 15],
  ["failed-batches", "AWS/Lambda", "OnFailureDestinationDeliveredEventCount", MAPPING, "Sum", 0, 300, 1],
  ["dropped-batches", "AWS/Lambda", "DroppedEventCount", MAPPING, "Sum", 0, 300, 1],
  ["destination-failures", "AWS/Lambda", "DestinationDeliveryFailures", FUNCTION, "Sum", 0, 300, 1],
  ["rule-failures", "AWS/IoT", "Failure", { ...RULE, ActionType: "Kinesis" }, "Sum", 0, 300, 1],
  ["rule-parse-errors", "AWS/IoT", "ParseError", RULE, "Sum", 0, 300, 1],
  ["rule-throttled", "AWS/IoT", "RuleMessageThrottled", RULE, "Sum", 0, 300, 1],
  ["archive-freshness", "AWS/Firehose", "DeliveryToS3.DataFreshness", DELIVERY, "Maximum", 3600, 300, 2],
  ["archive-lag", "AWS/Firehose", "KinesisMillisBehindLatest", DELIVERY, "Maximum", 3_600_000, 300, 2],
  ["archive-conversion-failures", "AWS/Firehose", "FailedConversion.Records", DELIVERY, "Sum", 0, 300, 1],
  ["archive-failed-records", "IoT/Manufacturing", "ArchiveFailedRecords", OWN, "Sum", 0, 300, 1],
  ["archive-delivery-failures", "AWS/Firehose", "DeliveryToS3.Success", DELIVERY, "Minimum", 1, 300, 1],
  ["archive-transform-errors", "AWS/Lambda", "Errors", TRANSFORM, "Sum", 0, 300, 1],
] as const;

describe("the alarms", () => {
  it.each(ALARMS)(
    "%s watches %s %s",
    (key, namespace, metricName, dimensions, statistic, threshold, period, periods) => {
      const name = `iot-${key}-dev`;
      const isOfSilence = ["silence", "processor-stopped"].includes(key);
      expect(named(stack, ALARM, name).inputs).toEqual({
        name,
        alarmDescription: expect.any(String),
        namespace,
        metricName,
        dimensions,
        statistic,
        comparisonOperator: FALLING.includes(key) ? "LessThanThreshold" : "GreaterThanThreshold",
        threshold,
        period,
        evaluationPeriods: periods,
        treatMissingData: isOfSilence ? "breaching" : "notBreaching",
        alarmActions: [TOPIC],
        okActions: [TOPIC],
        tags: tags(name, "Alarm"),
      });
    },
  );

  it("are these and no others, and each can publish before it is made", () => {
    const alarms = stack.ofType(ALARM);
    expect(alarms.map(({ inputs }) => inputs.name).sort()).toEqual(ALARMS.map(([key]) => `iot-${key}-dev`).sort());
    for (const alarm of alarms) expect(dependenciesOf(alarm)).toContain("iot-monitoring-topic-policy");
  });

  it("say in which unit they count", () => {
    for (const [key] of ALARMS) {
      const { inputs } = named(stack, ALARM, `iot-${key}-dev`);
      expect(inputs.alarmDescription).toContain(` (${UNITS[key] ?? "count"}). What to do: docs/operations.md#${key}`);
    }
  });

  it("take the plant's thresholds", async () => {
    const tuned = await recordStack("dev", {
      silenceMinutes: 1440,
      alarmFunctionErrors: 1,
      alarmIteratorAgeMs: 5000,
      alarmThrottledWrites: 2,
      alarmRejectedReadings: 3,
      alarmAnomalies: 4,
      alarmArchiveAgeMinutes: 20,
    });
    const thresholds = tuned.ofType(ALARM).map(({ inputs }) => [inputs.name, inputs.threshold]);
    expect(Object.fromEntries(thresholds)).toMatchObject({
      "iot-lambda-errors-dev": 1,
      "iot-kinesis-iterator-age-dev": 5000,
      "iot-processor-iterator-age-dev": 5000,
      "iot-dynamodb-throttles-dev": 2,
      "iot-dynamodb-index-throttles-dev": 2,
      "iot-rejected-readings-dev": 3,
      "iot-anomalies-dev": 4,
      "iot-archive-freshness-dev": 1200,
      "iot-archive-lag-dev": 1_200_000,
    });
    expect(named(tuned, ALARM, "iot-silence-dev").inputs).toMatchObject({ period: 60, evaluationPeriods: 1440 });
  });

  it("leave silence out where it is off", async () => {
    const quiet = await recordStack("dev", { silenceMinutes: 0 });
    const names = quiet.ofType(ALARM).map(({ inputs }) => inputs.name);
    for (const name of ["iot-silence-dev", "iot-processor-stopped-dev"]) expect(names).not.toContain(name);
    expect(names).toHaveLength(ALARMS.length - 2);
  });
});

/** The same columns; the last says what missing data is. */
const WATCH_ALARMS = [
  ["watch-iterator-age", "AWS/Lambda", "IteratorAge", WATCH, "Maximum", 65_000, 300, 2, "notBreaching"],
  ["watch-errors", "AWS/Lambda", "Errors", WATCH, "Sum", 10, 300, 2, "notBreaching"],
  [
    "watch-dropped",
    "AWS/Lambda",
    "OnFailureDestinationDeliveredEventCount",
    WATCH_MAPPING,
    "Sum",
    0,
    300,
    1,
    "notBreaching",
  ],
  ["watch-lost", "AWS/Lambda", "DroppedEventCount", WATCH_MAPPING, "Sum", 0, 300, 1, "notBreaching"],
  ["watch-destination-failures", "AWS/Lambda", "DestinationDeliveryFailures", WATCH, "Sum", 0, 300, 1, "notBreaching"],
  ["watch-notices-dropped", "IoT/Manufacturing", "NoticesDropped", OWN, "Sum", 0, 300, 1, "notBreaching"],
  ["sweep-missing", "IoT/Manufacturing", "SweepRuns", OWN, "Sum", 1, 300, 1, "breaching"],
  ["watch-clock-behind", "IoT/Manufacturing", "StreamClockBehindMs", OWN, "Maximum", 65_000, 300, 2, "breaching"],
  ["outbox-age", "IoT/Manufacturing", "OutboxAgeSeconds", OWN, "Maximum", 300, 300, 2, "notBreaching"],
] as const;
const WATCH_UNITS: Readonly<Record<string, string>> = {
  "watch-iterator-age": "maximum age, milliseconds",
  "watch-clock-behind": "maximum age, milliseconds",
  "outbox-age": "maximum age, seconds",
};

describe("the alarms of the device watch", () => {
  it.each(WATCH_ALARMS)(
    "%s watches %s %s",
    (key, namespace, metricName, dimensions, statistic, threshold, period, periods, missing) => {
      const name = `iot-${key}-dev`;
      const { alarmDescription, ...inputs } = named(watching, ALARM, name).inputs;
      expect(inputs).toEqual({
        name,
        namespace,
        metricName,
        dimensions,
        statistic,
        comparisonOperator: key === "sweep-missing" ? "LessThanThreshold" : "GreaterThanThreshold",
        threshold,
        period,
        evaluationPeriods: periods,
        treatMissingData: missing,
        alarmActions: [TOPIC],
        okActions: [TOPIC],
        tags: tags(name, "Alarm"),
      });
      expect(alarmDescription).toContain(` (${WATCH_UNITS[key] ?? "count"}). What to do: docs/operations.md#${key}`);
    },
  );

  it("are these and no others, beside those of a stack without rules", () => {
    expect(
      watching
        .ofType(ALARM)
        .map(({ inputs }) => inputs.name)
        .sort(),
    ).toEqual([...ALARMS, ...WATCH_ALARMS].map(([key]) => `iot-${key}-dev`).sort());
  });

  it("wait for the window that the watch waits for", async () => {
    const slow = await recordStack("dev", { watchRules: { silent: { silentFor: "15m" } }, watchWindowSeconds: 300 });
    expect(named(slow, ALARM, "iot-watch-iterator-age-dev").inputs.threshold).toBe(360_000);
  });
});

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title: string;
    readonly region: string;
    readonly stat: string;
    readonly metrics: readonly (readonly string[])[];
  };
}

describe("the dashboard", () => {
  const widgetsOf = (recording: Recording): readonly Widget[] =>
    JSON.parse(String(recording.only("aws:cloudwatch/dashboard:Dashboard").inputs.dashboardBody)).widgets;
  const widgets = () => widgetsOf(stack);

  it("shows throughput, lag, anomalies, rejects, throttles, errors and cost drivers, in this region", () => {
    expect(stack.only("aws:cloudwatch/dashboard:Dashboard").inputs.dashboardName).toBe("iot-monitoring-dev");
    expect(widgets().map(({ type, properties: { title, region } }) => [type, title, region])).toEqual(
      [
        "Throughput",
        "Lag",
        "Anomalies",
        "Rejected",
        "Throttles",
        "Errors",
        "Archive: lag",
        "Archive: rows and failures",
        "Archive: share of deliveries that succeed",
        "Cost drivers: writes, bytes, invocations",
        "Cost drivers: bytes and objects stored",
      ].map((title) => ["metric", title, "sa-east-1"]),
    );
  });

  it("shows the metric of every alarm", () => {
    const series = (metric: readonly string[]) => {
      const [namespace, name, ...pairs] = metric;
      const dimensions = pairs.flatMap((key, i) => (i % 2 === 0 ? [[key, pairs[i + 1]]] : []));
      return JSON.stringify([namespace, name, Object.fromEntries(dimensions)]);
    };
    const shown = widgetsOf(watching).flatMap(({ properties }) => properties.metrics.map(series));
    for (const [, namespace, metric, dimensions] of [...ALARMS, ...WATCH_ALARMS])
      expect(shown).toContain(JSON.stringify([namespace, metric, dimensions]));
  });

  it("ends with the device watch where there is one, behind what every stack shows", () => {
    const all = widgetsOf(watching);
    expect(all.slice(0, widgets().length)).toEqual(widgets());
    expect(all.slice(widgets().length).map(({ properties: { title } }) => title)).toEqual([
      "Device watch: alarms now",
      "Device watch: raises, and readings that are not judged",
      "Device watch: lag",
      "Device watch: sweeps and failures",
      "Device watch: cost drivers",
    ]);
  });

  it("has panels that fit CloudWatch's 24 columns and do not overlap", () => {
    const places = widgetsOf(watching).map(({ x, y, width, height }) => ({ x, y, width, height }));
    for (const { x, width } of places) expect(x + width).toBeLessThanOrEqual(24);
    expect(new Set(places.map(({ x, y }) => `${x},${y}`)).size).toBe(places.length);
  });
});
