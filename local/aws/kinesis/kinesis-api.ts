import { randomUUID } from "node:crypto";
import type { InProcessService } from "../endpoint/in-process";
import { fromCbor, toCbor } from "./cbor";
import { KinesisError } from "./kinesis-error";
import { parseMembers } from "./members";
import { OPERATIONS } from "./operations";
import type { Stream } from "./stream";

const TARGET = "Kinesis_20131202.";

/** How a client writes what it asks and reads what it is answered. */
interface Form {
  readonly type: string;
  readonly read: (body: Buffer) => unknown;
  readonly write: (answer: unknown) => string | Uint8Array;
}

const JSON_FORM: Form = {
  type: "application/x-amz-json-1.1",
  read: (body) => JSON.parse(body.toString()),
  write: JSON.stringify,
};
const CBOR_FORM: Form = {
  type: "application/x-amz-cbor-1.1",
  read: fromCbor,
  write: toCbor,
};
const FORMS = [JSON_FORM, CBOR_FORM];

/** Kinesis' protocol, in JSON or CBOR, over the one stream that is declared. */
export function kinesisApi(stream: Stream): InProcessService {
  return async ({ headers, body }) => {
    const asked = String(headers["content-type"] ?? JSON_FORM.type);
    const form = FORMS.find(({ type }) => asked.startsWith(type));
    try {
      if (form === undefined)
        throw new KinesisError(
          "SerializationException",
          `"content-type" must be ${FORMS.map(({ type }) => type).join(" or ")}, got ${asked}`,
        );
      const answer = await operation(String(headers["x-amz-target"] ?? ""))(stream, parseMembers(body, form.read));
      return reply(form, 200, answer);
    } catch (error) {
      if (!(error instanceof KinesisError)) throw error;
      return reply(form ?? JSON_FORM, 400, { __type: error.type, message: error.message }, error.type);
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

function reply({ type, write }: Form, status: number, answer: unknown, errorType?: string) {
  return {
    status,
    headers: {
      "content-type": type,
      "x-amzn-requestid": randomUUID(),
      ...(errorType === undefined ? {} : { "x-amzn-errortype": errorType }),
    },
    body: answer === undefined ? "" : write(answer),
  };
}
