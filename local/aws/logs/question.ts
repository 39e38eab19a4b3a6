import { fromJson, isObject } from "../../../contract/json";

/** What is asked, of all operations that are done here. */
export interface Question {
  readonly logGroupName?: string;
  /** A name, or an ARN. */
  readonly logGroupIdentifier?: string;
  readonly logGroupNamePrefix?: string;
  readonly logGroupNamePattern?: string;
  readonly logStreamName?: string;
  readonly logStreamNames?: readonly string[];
  readonly logStreamNamePrefix?: string;
  /** Milliseconds since the epoch. */
  readonly startTime?: number;
  /** Milliseconds since the epoch. */
  readonly endTime?: number;
  readonly filterPattern?: string;
  readonly limit?: number;
  readonly nextToken?: string;
  readonly startFromHead?: boolean;
  readonly orderBy?: string;
  readonly descending?: boolean;
  readonly interleaved?: boolean;
  readonly unmask?: boolean;
  readonly includeLinkedAccounts?: boolean;
}

/** A parameter of a question. */
export type Parameter = keyof Question;

/** A question, or why CloudWatch Logs does not take it. */
export type ParsedQuestion =
  | { readonly ok: true; readonly question: Question }
  | { readonly ok: false; readonly type: string; readonly message: string };

/** A parameter's type in JSON, and how long it may be, how many, or how large. */
interface Rule {
  readonly type: "string" | "strings" | "number" | "boolean";
  readonly min?: number;
  readonly max?: number;
}

const NAME: Rule = { type: "string", min: 1, max: 512 };
const TIME: Rule = { type: "number", min: 0 };
const SWITCH: Rule = { type: "boolean" };
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html, and the pages beside it */
const RULES: Readonly<Record<Parameter, Rule>> = {
  logGroupName: NAME,
  logGroupIdentifier: { type: "string", min: 1, max: 2048 },
  logGroupNamePrefix: NAME,
  logGroupNamePattern: { type: "string", max: 512 },
  logStreamName: NAME,
  logStreamNames: { type: "strings", min: 1, max: 100 },
  logStreamNamePrefix: NAME,
  startTime: TIME,
  endTime: TIME,
  filterPattern: { type: "string", max: 1024 },
  limit: { type: "number", min: 1 },
  nextToken: { type: "string", min: 1 },
  startFromHead: SWITCH,
  orderBy: { type: "string" },
  descending: SWITCH,
  interleaved: SWITCH,
  unmask: SWITCH,
  includeLinkedAccounts: SWITCH,
};

/** Parameters of which a question has one at most. */
const EXCLUSIVE: readonly (readonly [Parameter, Parameter])[] = [
  ["logGroupName", "logGroupIdentifier"],
  ["logGroupNamePrefix", "logGroupNamePattern"],
  ["logStreamNames", "logStreamNamePrefix"],
];

/** Parses the body of a request for `operation`, which heeds these parameters and gives so many results at most. */
export function parseQuestion(
  body: string,
  operation: { readonly name: string; readonly parameters: readonly Parameter[]; readonly maxLimit: number },
): ParsedQuestion {
  const document = fromJson(body || "{}");
  if (!isObject(document)) return refused("SerializationException", "the body must be a JSON object");
  // As in AWS, null is as good as nothing.
  const given = Object.entries(document).filter(([, value]) => value !== null);
  for (const [name, value] of given) {
    const parameter = operation.parameters.find((each) => each === name);
    if (parameter === undefined)
      return refused("NotImplemented", `The local run does not do ${operation.name} with "${name}".`);
    const rule = parameter === "limit" ? { ...RULES.limit, max: operation.maxLimit } : RULES[parameter];
    if (!hasType(value, rule)) return refused("SerializationException", `"${name}" must be of type ${rule.type}`);
    const fault = sizeFault(value, rule);
    if (fault !== undefined) return invalid(`"${name}" must ${fault}`);
  }
  const question: Question = Object.fromEntries(given);
  const both = EXCLUSIVE.find((pair) => pair.every((each) => question[each] !== undefined));
  return both ? invalid(`"${both[0]}" and "${both[1]}" exclude each other`) : { ok: true, question };
}

function hasType(value: unknown, { type }: Rule): boolean {
  if (type === "strings") return Array.isArray(value) && value.every((each) => typeof each === "string");
  return typeof value === type;
}

/** What a value of the right type must be or have, and what it has; undefined where that is enough. */
function sizeFault(value: unknown, { type, min = 0, max = Number.MAX_SAFE_INTEGER }: Rule): string | undefined {
  if (type === "boolean") return undefined;
  const size = type === "number" ? (value as number) : (value as string | string[]).length;
  if (Number.isInteger(size) && size >= min && size <= max) return undefined;
  const range = `from ${min} to ${max}`;
  if (type === "number") return `be a whole number ${range}, got ${size}`;
  return `have ${range} ${type === "strings" ? "names" : "characters"}, got ${size}`;
}

function invalid(message: string): ParsedQuestion {
  return refused("InvalidParameterException", message);
}

function refused(type: string, message: string): ParsedQuestion {
  return { ok: false, type, message };
}
