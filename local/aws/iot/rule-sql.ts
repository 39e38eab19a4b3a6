import { randomUUID } from "node:crypto";

/** A message as the broker received it. */
export interface DeviceMessage {
  readonly topic: string;
  readonly clientId: string;
  readonly payload: Buffer;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** A message as the rules engine sees it. */
export interface RuleMessage extends DeviceMessage {
  /** Identifies the payload wherever the message goes, so that it is hashed once. */
  readonly payloadId: string;
}

/** What the local rules engine does not evaluate. */
export class UnsupportedSqlError extends Error {}

/**
 * Reads a rule's SQL and returns its topic filter. One statement is evaluated here, `SELECT * FROM '<topic filter>'`: it passes
 * every payload through as it is, binary ones too (https://docs.aws.amazon.com/iot/latest/developerguide/binary-payloads.html).
 * Anything else is refused, because ignoring a clause would make the local run lie.
 * @throws UnsupportedSqlError
 */
export function parseRuleSql(sql: string, sqlVersion: string): string {
  if (sqlVersion !== "2016-03-23")
    throw new UnsupportedSqlError(`"sqlVersion" must be "2016-03-23" for the local run, got "${sqlVersion}"`);
  const filter = /^\s*SELECT\s+\*\s+FROM\s+'([^']+)'\s*$/i.exec(sql)?.[1];
  if (filter === undefined)
    throw new UnsupportedSqlError(`"sql" must be SELECT * FROM '<topic filter>' for the local run, got ${sql}`);
  const levels = filter.split("/");
  if (levels.some((level, i) => /[+#]/.test(level) && (level.length > 1 || (level === "#" && i < levels.length - 1))))
    throw new UnsupportedSqlError(`"sql" must have each wildcard as a level of its own, and "#" last, got ${sql}`);
  return filter;
}

/** Whether a topic matches an MQTT topic filter. "#" also matches the level above it; a topic of "$" only an explicit "$". */
export function topicMatches(filter: string, topic: string): boolean {
  if (topic.startsWith("$") && !filter.startsWith("$")) return false;
  const levels = topic.split("/");
  const wanted = filter.split("/");
  for (const [i, level] of wanted.entries()) {
    if (level === "#") return true;
    if (i >= levels.length || (level !== "+" && level !== levels[i])) return false;
  }
  return levels.length === wanted.length;
}

/**
 * The rule that a Basic Ingest topic names, and the topic as `topic(n)` sees it: without the prefix
 * (https://docs.aws.amazon.com/iot/latest/developerguide/iot-basic-ingest.html). Undefined for another topic.
 */
export function basicIngest(topic: string): { readonly ruleName: string; readonly visibleTopic: string } | undefined {
  const match = /^\$aws\/rules\/([^/]+)\/(.+)$/.exec(topic);
  return match ? { ruleName: match[1] ?? "", visibleTopic: match[2] ?? "" } : undefined;
}

type Expression = (message: DeviceMessage, visibleTopic: string) => string;

/**
 * Compiles a substitution template: text with `${topic()}`, `${topic(n)}`, `${timestamp()}`, `${newuuid()}` and `${clientid()}`.
 * Another expression throws when compiled. The result throws where `topic(n)` names a level that the topic does not have.
 */
export function compileTemplate(template: string): (message: DeviceMessage) => string {
  const parts = template.split(/(\$\{[^}]*\})/).filter((part) => part !== "");
  const expressions = parts.map((part) => (part.startsWith("${") ? expression(part) : () => part));
  return (message) => {
    const visibleTopic = basicIngest(message.topic)?.visibleTopic ?? message.topic;
    return expressions.map((evaluate) => evaluate(message, visibleTopic)).join("");
  };
}

function expression(part: string): Expression {
  const call = part.slice(2, -1).replaceAll(/\s/g, "").toLowerCase();
  if (call === "topic()") return (_message, visibleTopic) => visibleTopic;
  if (call === "timestamp()") return (message) => String(message.receivedAt);
  if (call === "newuuid()") return () => randomUUID();
  if (call === "clientid()") return (message) => message.clientId;
  const level = Number(/^topic\(([1-9]\d?)\)$/.exec(call)?.[1]);
  if (!(level > 0))
    throw new UnsupportedSqlError(`A substitution template must be one that the local run evaluates, got ${part}`);
  return (message, visibleTopic) => {
    const value = visibleTopic.split("/")[level - 1];
    if (value === undefined) throw new Error(`The topic "${message.topic}" has no level for topic(${level})`);
    return value;
  };
}
