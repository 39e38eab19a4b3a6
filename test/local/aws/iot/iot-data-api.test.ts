import { IoTDataPlaneClient, type PayloadFormatIndicator, PublishCommand } from "@aws-sdk/client-iot-data-plane";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { iotDataApi } from "../../../../local/aws/iot/iot-data-api";
import type { Annotations } from "../../../../local/aws/iot/mqtt5/message";
import { anyText } from "../../../helpers/any-text";
import { gatewayWith } from "../../../helpers/gateway";

let published: [string, string, number, Annotations][] = [];
const gateway = gatewayWith({
  inProcess: {
    iotdata: iotDataApi(async (topic, payload, qos, annotations) => {
      published.push([topic, payload.toString(), qos, annotations]);
    }),
  },
});
let client: IoTDataPlaneClient;

beforeAll(async () => {
  const endpoint = `http://127.0.0.1:${await gateway.listen(0)}`;
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  client = new IoTDataPlaneClient({ endpoint, region: "sa-east-1", credentials, maxAttempts: 1 });
});
beforeEach(() => {
  published = [];
});
afterAll(() => gateway.stop());

describe("AWS IoT's data plane, as an SDK client sees it", () => {
  it("publishes to a topic", async () => {
    await client.send(new PublishCommand({ topic: "sensor/commands/a:1", qos: 1, payload: Buffer.from("{}") }));
    expect(published).toEqual([["sensor/commands/a:1", "{}", 1, {}]]);
  });

  it("says of a message what MQTT 5 can say", async () => {
    await client.send(
      new PublishCommand({
        topic: "a",
        contentType: "text/plain; charset=utf-8",
        responseTopic: "answers/a",
        messageExpiry: 60,
        payloadFormatIndicator: "UTF8_DATA",
        correlationData: Buffer.from([0, 255]).toString("base64"),
        userProperties: JSON.stringify([{ a: "1" }, { b: "é" }, { a: "2" }]),
      }),
    );
    expect(published.map(([, , , annotations]) => annotations)).toEqual([
      {
        contentType: "text/plain; charset=utf-8",
        responseTopic: "answers/a",
        messageExpiryInterval: 60,
        payloadFormatIndicator: true,
        correlationData: Buffer.from([0, 255]),
        userProperties: { a: ["1", "2"], b: "é" },
      },
    ]);
  });

  it.each(["[]", "[{}]"])("says nothing of user properties without any: %s", async (userProperties) => {
    await client.send(new PublishCommand({ topic: "a", userProperties }));
    expect(published).toEqual([["a", "", 0, {}]]);
  });

  it("refuses a topic that only the broker may publish to", async () => {
    const sent = client.send(new PublishCommand({ topic: "$SYS/x/new/clients", payload: Buffer.from("a") }));
    await expect(sent).rejects.toMatchObject({ name: "InvalidRequestException" });
    expect(published).toEqual([]);
  });

  it("finds the user properties again, whatever they are", async () => {
    const properties = fc.array(fc.tuple(anyText(), anyText()));
    await fc.assert(
      fc.asyncProperty(properties, async (pairs) => {
        const userProperties = JSON.stringify(pairs.map((pair) => Object.fromEntries([pair])));
        await client.send(new PublishCommand({ topic: "a", userProperties }));
        const found = published.pop()?.[3].userProperties ?? {};
        const sent = new Set(pairs.map(([name]) => name));
        for (const name of sent)
          expect([found[name]].flat()).toEqual(pairs.filter(([other]) => other === name).map(([, value]) => value));
        expect(Object.keys(found).length).toBe(sent.size);
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    ["a wildcard", { topic: "sensor/#" }, "InvalidRequestException"],
    ["QoS 2", { topic: "a", qos: 2 }, "InvalidRequestException"],
    ["a retained message", { topic: "a", retain: true }, "NotImplemented"],
    ["eight slashes", { topic: "a/b/c/d/e/f/g/h/i" }, "InvalidRequestException"],
    ["an expiry that is no number", { topic: "a", messageExpiry: -1 }, "InvalidRequestException"],
    ["a response topic with a wildcard", { topic: "a", responseTopic: "b/#" }, "InvalidRequestException"],
    ["correlation data that is not base64", { topic: "a", correlationData: "?" }, "InvalidRequestException"],
    ["user properties that are no list", { topic: "a", userProperties: '{"a":"b"}' }, "InvalidRequestException"],
    ["user properties that are no texts", { topic: "a", userProperties: '[{"a":1}]' }, "InvalidRequestException"],
    ["user properties that are not JSON", { topic: "a", userProperties: "[" }, "InvalidRequestException"],
    [
      "another payload format",
      { topic: "a", payloadFormatIndicator: "UTF16" as PayloadFormatIndicator },
      "InvalidRequestException",
    ],
    ["a long payload", { topic: "a", payload: Buffer.alloc(131_073) }, "InvalidRequestException"],
  ])("refuses %s", async (_what, input, name) => {
    await expect(client.send(new PublishCommand(input))).rejects.toMatchObject({ name });
    expect(published).toEqual([]);
  });
});
