import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { InProcessService } from "./in-process";

/** A request without its body. */
export interface Head {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Stands before an emulator: returns what answers the request in its place, or undefined for a request that the emulator does
 * truly. An emulator ignores what it does not know, so each guard is an allow-list.
 */
export type Guard = (head: Head) => InProcessService | undefined;

/** An answer in a JSON service's form. */
export function jsonAnswer(status: number, body: object, version = "1.1") {
  const headers = { "content-type": `application/x-amz-json-${version}`, "x-amzn-requestid": randomUUID() };
  return { status, headers, body: JSON.stringify(body) };
}

/** An error in a JSON service's form, as both generations of SDKs read it. */
export function jsonRefusal(status: number, type: string, message: string, version = "1.1") {
  const answer = jsonAnswer(status, { __type: type, message }, version);
  return { ...answer, headers: { ...answer.headers, "x-amzn-errortype": type } };
}

/** Text for an XML element. */
export function xmlText(value: unknown): string {
  return String(value).replace(/[<&>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** An answer of the query protocol. */
export function queryAnswer(action: string, namespace: string, result: string) {
  const requestId = randomUUID();
  return {
    status: 200,
    headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
    body: `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`,
  };
}

/** An error of the query protocol. */
export function queryRefusal(status: number, code: string, message: string) {
  const requestId = randomUUID();
  return {
    status,
    headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${xmlText(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  };
}
