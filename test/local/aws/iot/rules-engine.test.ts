import { describe, expect, it } from "vitest";
import { ErrorLog } from "../../../../local/aws/iot/error-log";
import { KinesisAction } from "../../../../local/aws/iot/kinesis-action";
import type { RuleMessage } from "../../../../local/aws/iot/rule-sql";
import { RulesEngine } from "../../../../local/aws/iot/rules-engine";

const message = (topic: string): RuleMessage => ({
  topic,
  clientId: "s-1",
  payload: Buffer.from([0xff, 0x00]),
  payloadId: "id",
  receivedAt: 0,
});

function engine(sql = "SELECT * FROM 'sensor/data/#'") {
  const put: [string, Buffer][] = [];
  const errorLog = new ErrorLog("the_rule", "the-stream");
  const action = new KinesisAction({
    putRecord: async ({ payload }, key) => {
      put.push([key, payload]);
    },
    onError: () => {},
    now: () => 0,
    sleep: async () => {},
  });
  const rule = { name: "the_rule", sql, sqlVersion: "2016-03-23", partitionKey: "${topic(3)}" };
  return { rules: new RulesEngine(rule, { action, errorLog }), action, put, errorLog };
}

describe("RulesEngine", () => {
  it.each(["sensor/data/s-1", "$aws/rules/the_rule/sensor/data/s-1"])(
    "puts what comes from %s under the thing's name, byte for byte",
    async (topic) => {
      const { rules, action, put } = engine();
      await rules.accept(message(topic));
      await action.drained();
      expect(put).toEqual([["s-1", Buffer.from([0xff, 0x00])]]);
    },
  );

  it.each(["sensor/commands/s-1", "$aws/rules/other_rule/sensor/data/s-1", "$aws/things/s-1"])(
    "passes over %s",
    async (topic) => {
      const { rules, action, put, errorLog } = engine();
      await rules.accept(message(topic));
      await action.drained();
      expect([put, errorLog.entries]).toEqual([[], []]);
    },
  );

  it("runs the error action where the partition key has no value", async () => {
    const { rules, put, errorLog } = engine();
    await rules.accept(message("sensor/data"));
    expect(put).toEqual([]);
    expect(errorLog.entries.map(({ document }) => document)).toEqual([
      {
        ruleName: "the_rule",
        topic: "sensor/data",
        cloudwatchTraceId: expect.any(String),
        clientId: "s-1",
        base64OriginalPayload: "/wA=",
        failures: [
          {
            failedAction: "KinesisAction",
            failedResource: "the-stream",
            errorMessage: 'The topic "sensor/data" has no level for topic(3)',
          },
        ],
      },
    ]);
  });

  it("refuses a rule that it does not evaluate before anything runs", () => {
    expect(() => engine("SELECT value FROM 'a'")).toThrow("must be SELECT * FROM '<topic filter>' for the local run");
  });
});
