import { randomUUID } from "node:crypto";
import type { InProcessService } from "../endpoint/in-process";
import { publishFault } from "./limits";

/** Publishes for no client, to the rule and to the devices that have subscribed. */
export type PublishMessage = (topic: string, payload: Buffer, qos: 0 | 1) => Promise<void>;

/** AWS IoT's data plane over HTTP: Publish. https://docs.aws.amazon.com/iot/latest/apireference/API_iotdata_Publish.html */
export function iotDataApi(publish: PublishMessage): InProcessService {
  return async ({ method, path, query, body }) => {
    const encoded = method === "POST" ? /^\/topics\/(.+)$/.exec(path)?.[1] : undefined;
    if (encoded === undefined)
      return refusal(
        501,
        "NotImplemented",
        `The local run does not do ${method} ${path}, of the data plane only Publish.`,
      );
    const topic = decoded(encoded);
    const qos = query.get("qos") ?? "0";
    if (topic === undefined || topic === "" || /[+#\0]/.test(topic))
      return refusal(400, "InvalidRequestException", `a topic has no wildcard, got ${encoded}`);
    if (qos !== "0" && qos !== "1") return refusal(400, "InvalidRequestException", `"qos" must be 0 or 1, got ${qos}`);
    if (query.get("retain") === "true")
      return refusal(501, "NotImplemented", "The local run does not keep a retained message; nothing was published.");
    const fault = publishFault({ topic, payload: body, qos: Number(qos) });
    if (fault !== undefined) return refusal(400, "InvalidRequestException", fault.why);
    await publish(topic, body, qos === "1" ? 1 : 0);
    return answer(200, { message: "OK", traceId: randomUUID() });
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function refusal(status: number, type: string, message: string) {
  return answer(status, { message }, { "x-amzn-errortype": type });
}

function answer(status: number, body: object, headers: Readonly<Record<string, string>> = {}) {
  return {
    status,
    headers: { "content-type": "application/json", "x-amzn-requestid": randomUUID(), ...headers },
    body: JSON.stringify(body),
  };
}
