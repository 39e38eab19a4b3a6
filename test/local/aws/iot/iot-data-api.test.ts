import { IoTDataPlaneClient, PublishCommand } from "@aws-sdk/client-iot-data-plane";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { iotDataApi } from "../../../../local/aws/iot/iot-data-api";
import { gatewayWith } from "../../../helpers/gateway";

let published: [string, string, number][] = [];
const gateway = gatewayWith({
  inProcess: {
    iotdata: iotDataApi(async (topic, payload, qos) => {
      published.push([topic, payload.toString(), qos]);
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
    expect(published).toEqual([["sensor/commands/a:1", "{}", 1]]);
  });

  it.each([
    ["a wildcard", { topic: "sensor/#" }, "InvalidRequestException"],
    ["QoS 2", { topic: "a", qos: 2 }, "InvalidRequestException"],
    ["a retained message", { topic: "a", retain: true }, "NotImplemented"],
    ["eight slashes", { topic: "a/b/c/d/e/f/g/h/i" }, "InvalidRequestException"],
    ["a long payload", { topic: "a", payload: Buffer.alloc(131_073) }, "InvalidRequestException"],
  ])("refuses %s", async (_what, input, name) => {
    await expect(client.send(new PublishCommand(input))).rejects.toMatchObject({ name });
    expect(published).toEqual([]);
  });
});
