import { randomUUID } from "node:crypto";
import type { InProcessService } from "../endpoint/in-process";
import { KinesisError } from "./kinesis-error";
import { parseMembers } from "./members";
import { OPERATIONS } from "./operations";
import type { Stream } from "./stream";

const TARGET = "Kinesis_20131202.";
const JSON_TYPE = "application/x-amz-json-1.1";

/** Kinesis' JSON protocol over the one stream that is declared. */
export function kinesisApi(stream: Stream): InProcessService {
  return async ({ headers, body }) => {
    try {
      const type = String(headers["content-type"] ?? JSON_TYPE);
      if (!type.startsWith(JSON_TYPE))
        throw new KinesisError(
          "SerializationException",
          `"content-type" must be ${JSON_TYPE}, got ${type}: this endpoint speaks JSON. Fix: disable CBOR in the client (AWS_CBOR_DISABLE=true)`,
        );
      const answer = await operation(String(headers["x-amz-target"] ?? ""))(stream, parseMembers(body.toString()));
      return reply(200, answer === undefined ? "" : JSON.stringify(answer));
    } catch (error) {
      if (!(error instanceof KinesisError)) throw error;
      return reply(400, JSON.stringify({ __type: error.type, message: error.message }), error.type);
    }
  };
}

function operation(target: string) {
  const name = target.startsWith(TARGET) ? target.slice(TARGET.length) : target;
  const found = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (found) return found;
  throw new KinesisError(
    "UnknownOperationException",
    `${name} is not available here; this local endpoint has ${Object.keys(OPERATIONS).join(", ")}`,
  );
}

function reply(status: number, body: string, errorType?: string) {
  return {
    status,
    headers: {
      "content-type": JSON_TYPE,
      "x-amzn-requestid": randomUUID(),
      ...(errorType === undefined ? {} : { "x-amzn-errortype": errorType }),
    },
    body,
  };
}
