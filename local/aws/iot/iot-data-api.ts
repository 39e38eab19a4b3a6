import { randomUUID } from "node:crypto";
import { decoded, type InProcessService } from "../endpoint/in-process";
import { publishFault } from "./limits";
import type { Annotations } from "./mqtt5/message";
import { InvalidParameter, publishAnnotations } from "./publish-annotations";

/** Publishes for no client, to the rule and to the devices that have subscribed. */
export type PublishMessage = (topic: string, payload: Buffer, qos: 0 | 1, annotations: Annotations) => Promise<void>;

/** AWS IoT's data plane over HTTP: Publish. https://docs.aws.amazon.com/iot/latest/apireference/API_iotdata_Publish.html */
export function iotDataApi(publish: PublishMessage): InProcessService {
  return async ({ method, path, query, headers, body }) => {
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
    // https://docs.aws.amazon.com/iot/latest/developerguide/reserved-topics.html
    if (topic.startsWith("$SYS/"))
      return refusal(400, "InvalidRequestException", `"$SYS/" is reserved, got ${encoded}`);
    if (qos !== "0" && qos !== "1") return refusal(400, "InvalidRequestException", `"qos" must be 0 or 1, got ${qos}`);
    if (query.get("retain") === "true")
      return refusal(501, "NotImplemented", "The local run does not keep a retained message; nothing was published.");
    const fault = publishFault({ topic, payload: body, qos: Number(qos) });
    if (fault !== undefined) return refusal(400, "InvalidRequestException", fault.why);
    try {
      await publish(topic, body, qos === "1" ? 1 : 0, publishAnnotations(query, headers));
    } catch (error) {
      if (!(error instanceof InvalidParameter)) throw error;
      return refusal(400, "InvalidRequestException", error.message);
    }
    return answer(200, { message: "OK", traceId: randomUUID() });
  };
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
