import { describe, expect, it } from "vitest";
import { REASON, Reason } from "../../../../../local/aws/iot/mqtt5/reason";
import { filterFault, responseTopicFault, topicOf } from "../../../../../local/aws/iot/mqtt5/topics";

const publish = (topic: string, topicAlias?: number) => ({
  cmd: "publish" as const,
  topic,
  payload: "x",
  qos: 0 as const,
  dup: false,
  retain: false,
  properties: topicAlias === undefined ? {} : { topicAlias },
});
const outcome = (topic: string | Reason) => (topic instanceof Reason ? topic.code : topic);

describe("topicOf", () => {
  it("remembers what an alias stands for, and takes the later one", () => {
    const aliases = new Map<number, string>();
    const sent = [publish("a", 1), publish("b", 8), publish("", 1), publish("", 8), publish("c", 1), publish("", 1)];
    expect(sent.map((packet) => topicOf(packet, aliases))).toEqual(["a", "b", "a", "b", "c", "c"]);
  });

  it.each<[string, number | undefined, number | string]>([
    ["a", 0, REASON.topicAliasInvalid],
    ["a", 1, "a"],
    ["a", 8, "a"],
    ["a", 9, REASON.topicAliasInvalid],
    ["", undefined, REASON.protocolError],
    ["", 1, REASON.protocolError],
    ["a/+", undefined, REASON.topicNameInvalid],
    ["a/#", undefined, REASON.topicNameInvalid],
    ["a\0", undefined, REASON.topicNameInvalid],
  ])("of %j with alias %s is %s", (topic, alias, wanted) => {
    expect(outcome(topicOf(publish(topic, alias), new Map()))).toBe(wanted);
  });
});

describe("filterFault", () => {
  it.each([
    ["a", undefined],
    ["a/+/b", undefined],
    ["#", undefined],
    ["a/#", undefined],
    ["", REASON.topicFilterInvalid],
    ["a/#/b", REASON.topicFilterInvalid],
    ["a#", REASON.topicFilterInvalid],
    ["a+/b", REASON.topicFilterInvalid],
    ["a\0", REASON.topicFilterInvalid],
  ])("of %j is %s", (topic, code) => {
    const subscribe = {
      cmd: "subscribe" as const,
      messageId: 1,
      subscriptions: [
        { topic: "ok", qos: 0 as const },
        { topic, qos: 0 as const },
      ],
    };
    expect(filterFault(subscribe)?.code).toBe(code);
    expect(filterFault({ cmd: "unsubscribe", messageId: 1, unsubscriptions: ["ok", topic] })?.code).toBe(code);
  });

  it("refuses a packet without a filter, and a subscription identifier", () => {
    const subscriptions = [{ topic: "a", qos: 0 as const }];
    expect(filterFault({ cmd: "subscribe", subscriptions: [] })?.code).toBe(REASON.protocolError);
    const identified = { cmd: "subscribe" as const, subscriptions, properties: { subscriptionIdentifier: 1 } };
    expect(filterFault(identified)?.code).toBe(REASON.subscriptionIdentifiersNotSupported);
  });
});

describe("responseTopicFault", () => {
  it.each([
    [undefined, undefined],
    ["a/b", undefined],
    ["a/+", REASON.protocolError],
    ["", REASON.protocolError],
  ])("of %j is %s", (topic, code) => {
    expect(responseTopicFault(topic)?.code).toBe(code);
  });
});
