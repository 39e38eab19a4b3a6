import { fromJson, isObject } from "../../../contract/json";
import { type Asked, attributeBytes, attributesFault, messageAttributes } from "./message-attributes";

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const MAX_MESSAGE_BYTES = 256 * 1024;
const MAX_SUBJECT = 99;

/** What a mailbox gets of a message, or why SNS does not take the message. */
export type Publication =
  | { readonly ok: true; readonly mail: { readonly subject?: string; readonly message: string } }
  | { readonly ok: false; readonly code: "InvalidParameter" | "ParameterValueInvalid"; readonly reason: string };

/** Judges what a request wants to publish. */
export function publication(asked: Asked): Publication {
  const { Message: text = "", Subject: subject, MessageStructure: structure } = asked;
  const attributes = messageAttributes(asked);
  if (text === "") return invalid("Invalid parameter: Empty message");
  if (Buffer.byteLength(text) + attributeBytes(attributes) > MAX_MESSAGE_BYTES)
    return invalid("Invalid parameter: Message too long");
  if (subject !== undefined && (subject === "" || subject.length > MAX_SUBJECT || /[^\x20-\x7e]/.test(subject)))
    return invalid("Invalid parameter: Subject");
  const fault = attributesFault(attributes);
  if (fault !== undefined) return { ok: false, code: "ParameterValueInvalid", reason: fault };
  if (structure !== undefined && structure !== "json") return invalid("Invalid parameter: MessageStructure");
  const message = structure === "json" ? mailEntry(text) : { text };
  if ("fault" in message) return invalid(`Invalid parameter: Message Structure - ${message.fault}`);
  return { ok: true, mail: { message: message.text, ...(subject !== undefined && { subject }) } };
}

/** The entry for a mailbox of a message that has one for each protocol. An entry that is no string does not count. */
function mailEntry(message: string): { readonly text: string } | { readonly fault: string } {
  const entries = fromJson(message);
  if (!isObject(entries)) return { fault: "JSON message body failed to parse" };
  const { default: usual, email } = entries;
  if (typeof usual !== "string") return { fault: "No default entry in JSON message body" };
  return { text: typeof email === "string" ? email : usual };
}

function invalid(reason: string): Publication {
  return { ok: false, code: "InvalidParameter", reason };
}
