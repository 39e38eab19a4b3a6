import { describe, expect, it } from "vitest";
import {
  basicIngest,
  compileTemplate,
  type DeviceMessage,
  parseRuleSql,
  topicMatches,
  UnsupportedSqlError,
} from "../../../../local/aws/iot/rule-sql";

const message = (topic: string): DeviceMessage => ({
  topic,
  clientId: "sensor-001",
  payload: Buffer.from("{}"),
  receivedAt: 1_767_225_600_123,
});

describe("parseRuleSql", () => {
  it.each([
    ["SELECT * FROM 'sensor/data/#'", "sensor/data/#"],
    ["  select *\n from 'sensor/+/x' ", "sensor/+/x"],
  ])("reads the topic filter of %j", (sql, filter) => {
    expect(parseRuleSql(sql, "2016-03-23")).toBe(filter);
  });

  it.each([
    "SELECT *, timestamp() AS ts FROM 'sensor/data/#'",
    "SELECT value FROM 'sensor/data/#'",
    "SELECT * FROM 'sensor/data/#' WHERE value > 3",
    "SELECT *",
    "SELECT * FROM 'sensor/#/data'",
    "SELECT * FROM 'sensor/da+a'",
  ])("refuses %j, rather than ignore a part of it", (sql) => {
    expect(() => parseRuleSql(sql, "2016-03-23")).toThrow(UnsupportedSqlError);
  });

  it("refuses another SQL version", () => {
    expect(() => parseRuleSql("SELECT * FROM 'a'", "2015-10-08")).toThrow(
      '"sqlVersion" must be "2016-03-23" for the local run, got "2015-10-08"',
    );
  });
});

describe("topicMatches", () => {
  it.each([
    ["sensor/data/#", "sensor/data/a", true],
    ["sensor/data/#", "sensor/data/a/b", true],
    ["sensor/data/#", "sensor/data", true],
    ["sensor/data/#", "sensor/database/a", false],
    ["sensor/+/a", "sensor/data/a", true],
    ["sensor/+/a", "sensor/data/b", false],
    ["sensor/+", "sensor/data/a", false],
    ["sensor/+", "sensor", false],
    ["sensor/+", "sensor/", true],
    ["#", "$aws/rules/r/x", false],
    ["+/rules", "$aws/rules", false],
    ["$aws/#", "$aws/rules", true],
    ["a/b", "a/b", true],
    ["a/b", "A/b", false],
  ])("%s and %s: %s", (filter, topic, matches) => {
    expect(topicMatches(filter, topic)).toBe(matches);
  });
});

describe("basicIngest", () => {
  it("names the rule, and the topic behind the prefix", () => {
    expect(basicIngest("$aws/rules/my_rule/sensor/data/a")).toEqual({
      ruleName: "my_rule",
      visibleTopic: "sensor/data/a",
    });
  });

  it.each(["sensor/data/a", "$aws/rules/my_rule", "$aws/rules//x", "$aws/things/a"])("is not %s", (topic) => {
    expect(basicIngest(topic)).toBeUndefined();
  });
});

describe("compileTemplate", () => {
  it.each([
    ["${topic(3)}", "sensor/data/sensor-001", "sensor-001"],
    ["${topic(3)}", "$aws/rules/r/sensor/data/sensor-001", "sensor-001"],
    ["${topic()}", "$aws/rules/r/sensor/data/x", "sensor/data/x"],
    ["a-${topic(1)}-${timestamp()}-${clientid()}", "sensor/data/x", "a-sensor-1767225600123-sensor-001"],
    ["${ topic( 2 ) }", "sensor/data/x", "data"],
    ["plain", "sensor/data/x", "plain"],
  ])("evaluates %s for %s", (template, topic, value) => {
    expect(compileTemplate(template)(message(topic))).toBe(value);
  });

  it("makes another UUID each time", () => {
    const evaluate = compileTemplate("${newuuid()}");
    expect(evaluate(message("a"))).toMatch(/^[0-9a-f-]{36}$/);
    expect(evaluate(message("a"))).not.toBe(evaluate(message("a")));
  });

  it.each(["${value}", "${topic(0)}", "${encode(*, 'base64')}", "${}"])(
    "refuses %s when it is compiled",
    (template) => {
      expect(() => compileTemplate(template)).toThrow(UnsupportedSqlError);
    },
  );

  it("has no value for a level that the topic does not have", () => {
    expect(() => compileTemplate("${topic(3)}")(message("sensor/data"))).toThrow(
      'The topic "sensor/data" has no level for topic(3)',
    );
  });
});
