/** The parameters of a request of the query protocol. */
export type Asked = Readonly<Record<string, string>>;

/** An attribute of a message, as far as a request names it. */
interface MessageAttribute {
  readonly Name?: string;
  readonly DataType?: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

/** What one of them is called in a request; the second group is its part. */
const MEMBER = /^MessageAttributes\.entry\.(\d+)\.(?:Value\.)?(Name|DataType|StringValue|BinaryValue)$/;
const TYPE = /^(String|Number|Binary)(\..+)?$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** Characters of a name at most: https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
const MAX_NAME = 256;

/** Whether a parameter of a request belongs to a message attribute. */
export function isOfAttribute(parameter: string): boolean {
  return MEMBER.test(parameter);
}

/** The attributes of a message, in the order of the request. */
export function messageAttributes(asked: Asked): readonly MessageAttribute[] {
  const attributes = new Map<string, Record<string, string>>();
  for (const [parameter, value] of Object.entries(asked)) {
    const [, place, part] = MEMBER.exec(parameter) ?? [];
    if (place !== undefined && part !== undefined) attributes.set(place, { ...attributes.get(place), [part]: value });
  }
  return [...attributes.values()];
}

/** Bytes of the attributes, which count as the message does: names, types and values. */
export function attributeBytes(attributes: readonly MessageAttribute[]): number {
  const bytes = ({ Name = "", DataType = "", StringValue = "", BinaryValue = "" }: MessageAttribute) =>
    Buffer.byteLength(Name + DataType + StringValue) + Buffer.from(BinaryValue, "base64").length;
  return attributes.reduce((sum, each) => sum + bytes(each), 0);
}

/** What is wrong with the attributes, in the words of SNS; undefined where nothing is. */
export function attributesFault(attributes: readonly MessageAttribute[]): string | undefined {
  const names = attributes.map(({ Name }) => Name);
  if (new Set(names).size < names.length) return "Message attribute names must be unique.";
  return attributes.map(attributeFault).find((fault) => fault !== undefined);
}

function attributeFault({ Name: name = "", DataType: type = "", ...value }: MessageAttribute): string | undefined {
  const badName = nameFault(name);
  if (badName !== undefined) return badName;
  const logical = TYPE.exec(type)?.[1];
  if (logical === undefined)
    return `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`;
  const field = logical === "Binary" ? "Binary" : "String";
  const { [`${field}Value` as const]: given, ...other } = value;
  if (given === undefined && Object.keys(other).length > 0)
    return `The message attribute '${name}' with type '${type}' must use field '${field}'.`;
  if (Object.keys(other).length > 0) return `The message attribute '${name}' must have one value.`;
  if (given === undefined || given === "")
    return `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`;
  if (logical === "Number" && !NUMBER.test(given.trim()))
    return `Could not cast message attribute '${name}' value to number.`;
  return undefined;
}

function nameFault(name: string): string | undefined {
  if (name === "") return "The message attribute name must not be empty.";
  if (name.length > MAX_NAME) return "Length of message attribute name must be less than 256 bytes.";
  if (/[^\w.-]/.test(name))
    return "Invalid non-alphanumeric character was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.";
  if (name.startsWith(".")) return "Invalid message attribute name starting with character '.' was found.";
  if (name.endsWith(".")) return "Invalid message attribute name ending with character '.' was found.";
  if (name.includes("..")) return "Message attribute name can not have successive '.' character.";
  return /^(aws|amazon)\./i.test(name)
    ? "Message attribute names starting with 'AWS.' or 'Amazon.' are reserved."
    : undefined;
}
