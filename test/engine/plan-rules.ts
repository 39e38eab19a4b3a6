import type { Step } from "./plan";
import { AWS_FACTS, type ExtendedS3, isDefaultParameter } from "./stand-in/aws-facts";

/** What is wrong with a plan, a sentence each: what was learnt of AWS and its provider, as rules. */
export function brokenRules(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) => [...droppedDefaults(step), ...longNames(step), ...undocumentedTrust(step)]);
}

/** The provider drops what equals its default when it reads, and each later plan shows a change. */
function droppedDefaults({ type, name, inputs }: Step): readonly string[] {
  if (type !== "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream") return [];
  const given = inputs.extendedS3Configuration as ExtendedS3 | undefined;
  const parameters = given?.processingConfiguration?.processors?.flatMap((processor) => processor.parameters) ?? [];
  return parameters
    .filter((parameter) => isDefaultParameter(parameter, given?.roleArn))
    .concat(parameters.filter(({ parameterName }) => parameterName === "RoleArn"))
    .map(
      ({ parameterName }) =>
        `"${name}" declares "${parameterName}", which the provider drops as a default: every plan would show a change`,
    )
    .filter((text, index, all) => all.indexOf(text) === index);
}

function longNames({ type, name, inputs }: Step): readonly string[] {
  const facts = AWS_FACTS[type];
  const given = inputs[facts?.name.at(-1) ?? ""];
  if (facts?.maxNameLength === undefined || typeof given !== "string" || given.length <= facts.maxNameLength) return [];
  return [`"${name}" must have a name of at most ${facts.maxNameLength} characters, got ${given.length}: "${given}"`];
}

/**
 * Whom a role may be taken on by, and under which conditions: as each service documents it. For Firehose no page shows a condition, and
 * CreateDeliveryStream may check the role without that context.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
 * https://docs.aws.amazon.com/iot/latest/developerguide/cross-service-confused-deputy-prevention.html
 * https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
 */
const TRUSTED: Readonly<Record<string, readonly string[]>> = {
  "lambda.amazonaws.com": [],
  "firehose.amazonaws.com": [],
  "iot.amazonaws.com": ["aws:SourceAccount", "aws:SourceArn"],
};

interface Trust {
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: string;
    readonly Principal?: { readonly Service?: string };
    readonly Condition?: Readonly<Record<string, object>>;
  }[];
}

function undocumentedTrust({ type, name, inputs }: Step): readonly string[] {
  const text = inputs.assumeRolePolicy;
  // Before the account is known its conditions are not, either.
  if (type !== "aws:iam/role:Role" || typeof text !== "string" || !text.startsWith("{")) return [];
  const [statement, ...others] = (JSON.parse(text) as Trust).Statement;
  const service = statement?.Principal?.Service ?? "";
  const wanted = TRUSTED[service];
  if (others.length > 0 || statement?.Effect !== "Allow" || statement.Action !== "sts:AssumeRole" || !wanted)
    return [`"${name}" must trust one service of ${Object.keys(TRUSTED).join(", ")}, by sts:AssumeRole alone`];
  const conditions = Object.values(statement.Condition ?? {})
    .flatMap((condition) => Object.keys(condition))
    .sort();
  if (String(conditions) === String(wanted)) return [];
  return [
    `"${name}" must trust ${service} ${wanted.length === 0 ? "without a condition" : `under ${wanted.join(" and ")}`}`,
  ];
}
