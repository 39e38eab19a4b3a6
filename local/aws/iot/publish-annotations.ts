import type { IncomingHttpHeaders } from "node:http";
import type { UserProperties } from "mqtt-packet";
import { fromJson } from "../../../contract/json";
import { isBase64 } from "../base64";
import type { Annotations } from "./mqtt5/message";
import { responseTopicFault } from "./mqtt5/topics";

/** Longest interval that MQTT 5 has a place for, in seconds. */
const MAX_INTERVAL_SECONDS = 0xffffffff;

/** What a Publish over HTTP must not say; the message names the parameter and what it must be. */
export class InvalidParameter extends Error {}

/**
 * What a Publish over HTTP says of its message, beside topic, QoS and payload.
 * https://docs.aws.amazon.com/iot/latest/apireference/API_iotdata_Publish.html
 * @throws InvalidParameter
 */
export function publishAnnotations(query: URLSearchParams, headers: IncomingHttpHeaders): Annotations {
  const contentType = query.get("contentType");
  const header = (name: string) => headers[`x-amz-mqtt5-${name}`]?.toString();
  return {
    ...(contentType !== null && { contentType }),
    ...given("responseTopic", query.get("responseTopic"), responseTopicOf),
    ...given("messageExpiryInterval", query.get("messageExpiry"), secondsOf),
    ...given("payloadFormatIndicator", header("payload-format-indicator"), formatOf),
    ...given("correlationData", header("correlation-data"), (text) => bytesOf("correlationData", text)),
    ...userPropertiesOf(header("user-properties")),
  };
}

/** The annotation where the request has it, read by `read`. */
function given<K extends keyof Annotations>(
  name: K,
  text: string | null | undefined,
  read: (text: string) => NonNullable<Annotations[K]>,
): Pick<Annotations, K> | undefined {
  return text === null || text === undefined ? undefined : ({ [name]: read(text) } as Pick<Annotations, K>);
}

function responseTopicOf(topic: string): string {
  const fault = responseTopicFault(topic);
  if (fault) throw new InvalidParameter(fault.why);
  return topic;
}

function secondsOf(text: string): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) > MAX_INTERVAL_SECONDS)
    throw invalid("messageExpiry", "a whole number of seconds", text);
  return Number(text);
}

function formatOf(text: string): boolean {
  if (text !== "UTF8_DATA" && text !== "UNSPECIFIED_BYTES")
    throw invalid("payloadFormatIndicator", "UTF8_DATA or UNSPECIFIED_BYTES", text);
  return text === "UTF8_DATA";
}

function bytesOf(name: string, base64: string): Buffer {
  if (!isBase64(base64)) throw invalid(name, "in base64", base64);
  return Buffer.from(base64, "base64");
}

/** A list of objects, each with names and their values. A list without any is left out: mqtt-packet cannot write it. */
function userPropertiesOf(base64: string | undefined): { userProperties?: UserProperties } {
  if (base64 === undefined) return {};
  const json = bytesOf("userProperties", base64).toString("utf8");
  const values = new Map<string, string[]>();
  for (const object of objectsOf(json))
    for (const [name, value] of Object.entries(object)) {
      if (typeof value !== "string") throw invalid("userProperties", "a list of objects with texts", json);
      values.set(name, [...(values.get(name) ?? []), value]);
    }
  if (values.size === 0) return {};
  const properties = [...values].map(([name, all]) => [name, all.length === 1 ? String(all[0]) : all]);
  return { userProperties: Object.fromEntries(properties) };
}

function objectsOf(json: string): object[] {
  const list = fromJson(json);
  if (!Array.isArray(list) || !list.every((each) => typeof each === "object" && each !== null))
    throw invalid("userProperties", "a list of objects with texts", json);
  return list;
}

function invalid(name: string, rule: string, value: string): InvalidParameter {
  return new InvalidParameter(`"${name}" must be ${rule}, got ${JSON.stringify(value)}`);
}
