import type { Head } from "../endpoint/guard";
import type { S3Operation } from "./s3-operation";

/** Why S3 does not take a request, with status 400. */
export interface ArgumentFault {
  readonly code: "EntityTooLarge" | "KeyTooLongError" | "InvalidArgument";
  readonly message: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const MAX_KEY_BYTES = 1024;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MAX_PART_NUMBER = 10_000;
const MAX_INTEGER = 2_147_483_647;
/** Of S3, 5 GB. Here objects lie in SQLite, whose longest value this is: https://www.sqlite.org/limits.html */
export const MAX_OBJECT_BYTES = 1_000_000_000;

/** What each parameter must be, and what S3 says otherwise. */
const PARAMETERS: Readonly<Record<string, { readonly isValid: (value: string) => boolean; readonly message: string }>> =
  {
    "max-keys": {
      isValid: (value) => value === "" || isInteger(value, 0, MAX_INTEGER),
      message: `Argument maxKeys must be an integer between 0 and ${MAX_INTEGER}`,
    },
    "continuation-token": { isValid: isToken, message: "The continuation token provided is incorrect" },
    "encoding-type": { isValid: (value) => value === "url", message: "Invalid Encoding Method specified in Request" },
    partNumber: {
      isValid: (value) => isInteger(value, 1, MAX_PART_NUMBER),
      message: `Part number must be an integer between 1 and ${MAX_PART_NUMBER}, inclusive`,
    },
  };

/** What is wrong with the arguments of a request that the emulator would take; undefined where nothing is. */
export function argumentFault({ key }: S3Operation, { query, headers }: Head): ArgumentFault | undefined {
  if (bytesOf(key) > MAX_KEY_BYTES) return { code: "KeyTooLongError", message: "Your key is too long" };
  if (Number(headers["content-length"] ?? 0) > MAX_OBJECT_BYTES)
    return {
      code: "EntityTooLarge",
      message: `Your proposed upload exceeds the maximum allowed size, here ${MAX_OBJECT_BYTES} bytes`,
    };
  const wrong = Object.entries(PARAMETERS).find(([name, { isValid }]) => {
    const value = query.get(name);
    return value !== null && !isValid(value);
  });
  return wrong && { code: "InvalidArgument", message: wrong[1].message };
}

/** Bytes of a key as a URL has it, where each escape stands for one. */
function bytesOf(key: string): number {
  return key.replaceAll(/%[\da-f]{2}/gi, "_").length;
}

function isInteger(value: string, min: number, max: number): boolean {
  return /^\d{1,10}$/.test(value) && Number(value) >= min && Number(value) <= max;
}

/** The emulator's tokens are names of objects in base64. */
function isToken(value: string): boolean {
  const name = Buffer.from(value, "base64").toString("utf8");
  return name !== "" && Buffer.from(name).toString("base64") === value;
}
