/** Expressions of a prefix. https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html */
const EXPRESSION = /!\{([^}]*)\}/g;

/** Where Firehose sets a record aside, by what went wrong. */
export type ErrorOutput = "processing-failed" | "format-conversion-failed";

/** The first expression that is not understood here, or undefined. */
export function checkExpression(prefix: string): string | undefined {
  for (const [whole, expression = ""] of prefix.matchAll(EXPRESSION)) {
    const [namespace, value = ""] = splitOnce(expression);
    if (namespace === "timestamp" && /^[^A-Za-z]*((yyyy|MM|dd|HH|mm|ss)[^A-Za-z]*)+$/.test(value)) continue;
    if (namespace === "firehose" && (value === "error-output-type" || value === "random-string")) continue;
    return whole;
  }
  return undefined;
}

/** The prefix of an object whose oldest record arrived `at`, in UTC. */
export function evaluatePrefix(prefix: string, at: number, random: string, errorOutput?: ErrorOutput): string {
  return prefix.replace(EXPRESSION, (whole, expression: string) => {
    const [namespace, value = ""] = splitOnce(expression);
    if (namespace === "timestamp") return formatTime(value, at);
    if (value === "error-output-type" && errorOutput !== undefined) return errorOutput;
    return value === "random-string" ? random.slice(0, 11) : whole;
  });
}

/**
 * The name of an object after its prefix: `<delivery stream>-<its version>-<time>-<random>`. The version is 1, as it is until
 * the delivery stream is changed. https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
 */
export function objectName(deliveryStream: string, at: number, random: string, extension: string): string {
  return `${deliveryStream}-1-${formatTime("yyyy-MM-dd-HH-mm-ss", at)}-${random}${extension}`;
}

function splitOnce(expression: string): [string, string] {
  const colon = expression.indexOf(":");
  return [expression.slice(0, colon), expression.slice(colon + 1)];
}

function formatTime(pattern: string, at: number): string {
  const [yyyy = "", MM = "", dd = "", HH = "", mm = "", ss = ""] = new Date(at).toISOString().split(/[-T:.]/);
  const parts: Readonly<Record<string, string>> = { yyyy, MM, dd, HH, mm, ss };
  return pattern.replace(/yyyy|MM|dd|HH|mm|ss/g, (part) => parts[part] ?? part);
}
