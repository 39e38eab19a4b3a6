import { describe, expect, it } from "vitest";
import { publication } from "../../../../local/aws/sns/publication";

/** A message with one attribute, as the query protocol writes it. */
function withAttribute(Name: string, value: Readonly<Record<string, string>>) {
  const entry = "MessageAttributes.entry.1";
  const members = Object.entries(value).map(([part, text]) => [`${entry}.Value.${part}`, text]);
  return { Message: "m", [`${entry}.Name`]: Name, ...Object.fromEntries(members) };
}

const text = (StringValue = "x") => ({ DataType: "String", StringValue });

describe("publication", () => {
  it.each([
    ["the message", { Message: "m" }, { message: "m" }],
    ["the message that only looks like entries", { Message: '{"default":"d"}' }, { message: '{"default":"d"}' }],
    ["the default entry", { Message: '{"default":"d","sms":"s"}', MessageStructure: "json" }, { message: "d" }],
    ["the entry for mail", { Message: '{"default":"d","email":"e"}', MessageStructure: "json" }, { message: "e" }],
    [
      "no entry that is no string",
      { Message: '{"default":"d","email":1}', MessageStructure: "json" },
      { message: "d" },
    ],
    ["its subject", { Message: "m", Subject: "s" }, { subject: "s", message: "m" }],
    ["the longest message", { Message: "m".repeat(262_144) }, { message: "m".repeat(262_144) }],
  ])("gives a mailbox %s", (_what, asked, mail) => {
    expect(publication(asked)).toEqual({ ok: true, mail });
  });

  it.each([
    ["no message", {}, "Invalid parameter: Empty message"],
    ["a long message", { Message: "m".repeat(262_145) }, "Invalid parameter: Message too long"],
    [
      "a message that is long with its attributes",
      { ...withAttribute("n", text()), Message: "m".repeat(262_144 - 7) },
      "Invalid parameter: Message too long",
    ],
    ["a subject of two lines", { Message: "m", Subject: "a\nb" }, "Invalid parameter: Subject"],
    [
      "entries that are no JSON",
      { Message: "{", MessageStructure: "json" },
      "Invalid parameter: Message Structure - JSON message body failed to parse",
    ],
    [
      "entries in a list",
      { Message: "[]", MessageStructure: "json" },
      "Invalid parameter: Message Structure - JSON message body failed to parse",
    ],
    [
      "entries without a default",
      { Message: '{"email":"e"}', MessageStructure: "json" },
      "Invalid parameter: Message Structure - No default entry in JSON message body",
    ],
    [
      "a default that is no string",
      { Message: '{"default":1}', MessageStructure: "json" },
      "Invalid parameter: Message Structure - No default entry in JSON message body",
    ],
    ["another structure", { Message: "m", MessageStructure: "xml" }, "Invalid parameter: MessageStructure"],
  ])("refuses %s", (_what, asked, reason) => {
    expect(publication(asked)).toEqual({ ok: false, code: "InvalidParameter", reason });
  });

  it.each([
    ["a string", text()],
    ["a type of the sender's", { DataType: "Number.int", StringValue: "1" }],
    ["a list", { DataType: "String.Array", StringValue: "[1]" }],
    ["a number", { DataType: "Number", StringValue: "-1.5e3" }],
    ["bytes", { DataType: "Binary", BinaryValue: "eA==" }],
  ])("takes an attribute with %s", (_what, value) => {
    expect(publication(withAttribute("a.b-c_1", value))).toEqual({ ok: true, mail: { message: "m" } });
  });

  it.each([
    ["another type", "n", { DataType: "Boolean", StringValue: "true" }, "has an invalid message attribute type"],
    ["a type in lower case", "n", { DataType: "string", StringValue: "x" }, "has an invalid message attribute type"],
    ["no type", "n", { StringValue: "x" }, "has an invalid message attribute type"],
    ["a string as bytes", "n", { DataType: "String", BinaryValue: "eA==" }, "must use field 'String'"],
    ["bytes as a string", "n", { DataType: "Binary", StringValue: "x" }, "must use field 'Binary'"],
    ["two values", "n", { ...text(), BinaryValue: "eA==" }, "must have one value"],
    ["no value", "n", { DataType: "String" }, "must contain non-empty message attribute value"],
    ["an empty value", "n", text(""), "must contain non-empty message attribute value"],
    ["a word as a number", "n", { DataType: "Number", StringValue: "ten" }, "Could not cast"],
    ["an empty name", "", text(), "must not be empty"],
    ["a name of 257 characters", "n".repeat(257), text(), "Length of message attribute name"],
    ["a space in its name", "a b", text(), "Invalid non-alphanumeric character"],
    ["a dot before its name", ".a", text(), "starting with character '.'"],
    ["a dot after its name", "a.", text(), "ending with character '.'"],
    ["two dots in its name", "a..b", text(), "successive '.' character"],
    ["a name of AWS", "AWS.a", text(), "are reserved"],
  ])("refuses an attribute with %s", (_what, name, value, reason) => {
    expect(publication(withAttribute(name, value))).toEqual({
      ok: false,
      code: "ParameterValueInvalid",
      reason: expect.stringContaining(reason),
    });
  });

  it("refuses two attributes of one name", () => {
    const second = Object.entries(withAttribute("n", text())).map(([key, value]) => [key.replace("1", "2"), value]);
    expect(publication({ ...withAttribute("n", text()), ...Object.fromEntries(second) })).toMatchObject({ ok: false });
  });
});
