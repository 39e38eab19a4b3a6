import type { Recording } from "../../stack/recording";
import { parseArn } from "../arn";
import { xmlError } from "../endpoint/error-response";
import type { Guard, Head } from "../endpoint/guard";
import { notDone } from "./s3-allowed";
import { argumentFault } from "./s3-arguments";
import { declaredAnswer } from "./s3-declared";
import { s3Operation } from "./s3-operation";

/** Before the S3 emulator: answers questions about the declared buckets, and refuses by name what the emulator would only seem to do. */
export function s3Guard(recording: Recording, now: () => number = Date.now): Guard {
  return (head) => {
    const operation = s3Operation(head);
    const isHead = head.method === "HEAD";
    const refuse = (status: number, code: string, message: string) => async () => {
      const error = xmlError(status, code, message);
      return isHead ? { ...error, body: "" } : error;
    };
    if (expiredAt(head) < now()) return refuse(403, "AccessDenied", "Request has expired");
    const owner = head.headers["x-amz-expected-bucket-owner"];
    if (owner !== undefined && owner !== accountOf(recording)) return refuse(403, "AccessDenied", "Access Denied");
    const declared = declaredAnswer(recording, operation.name, operation.bucket);
    if (declared !== undefined)
      return async () => ("code" in declared ? refuse(declared.status, declared.code, declared.message)() : declared);
    const missing = notDone(operation, head);
    if (missing !== undefined)
      return refuse(501, "NotImplemented", `The local run does not do ${missing}; nothing was changed.`);
    const fault = argumentFault(operation, head);
    return fault && refuse(400, fault.code, fault.message);
  };
}

/** When the presigned URL ends, of either generation, milliseconds since the epoch. */
function expiredAt({ query }: Head): number {
  if (query.has("Signature") && query.has("Expires")) return Number(query.get("Expires")) * 1000;
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get("X-Amz-Date") ?? "") ?? [];
  const lifetime = Number(query.get("X-Amz-Expires") ?? Number.NaN);
  const at = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`) + lifetime * 1000;
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at;
}

function accountOf(recording: Recording): string {
  return parseArn(String(recording.only("aws:kinesis/stream:Stream").state.arn)).accountId;
}
