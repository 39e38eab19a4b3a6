import { hash } from "node:crypto";

/** A payload's identity: each publish of the fleet has bytes of its own. */
export type PayloadId = string;

/** The identity of a payload given as base64, which is how Kinesis, the error log and `rejected/` carry it. */
export function payloadId(base64: string): PayloadId {
  return hash("sha1", base64, "base64");
}

/** The identity of a payload given as bytes. */
export function payloadIdOf(payload: Buffer): PayloadId {
  return payloadId(payload.toString("base64"));
}
