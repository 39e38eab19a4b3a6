import type { Step } from "./plan";
import { AWS_FACTS, type ExtendedS3, isDefaultParameter } from "./stand-in/aws-facts";

/** What is wrong with a plan, a sentence each: what was learnt of AWS and its provider, as rules. */
export function brokenRules(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) => [...droppedDefaults(step), ...longNames(step), ...conditionsOnFirehose(step)]);
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

/** https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html shows no condition: CreateDeliveryStream may check the role without that context. */
function conditionsOnFirehose({ type, name, inputs }: Step): readonly string[] {
  const trust = inputs.assumeRolePolicy;
  if (type !== "aws:iam/role:Role" || typeof trust !== "string" || !trust.includes("firehose.amazonaws.com")) return [];
  return trust.includes('"Condition"') ? [`"${name}" must trust Firehose without a condition`] : [];
}
