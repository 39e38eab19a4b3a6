import * as pulumi from "@pulumi/pulumi";
import { topicsOf } from "../contract/topics";
import * as aws from "./aws";
import type { StackConfig } from "./config";
import { type Environment, tagsOf } from "./environment";
import { type PolicyDocument, policyDocument, policyText } from "./policy-document";

/** Arguments of `DeviceAccess`. */
export interface DeviceAccessArgs {
  /** Where the stack is deployed, and its physical names. */
  readonly environment: Environment;
  /** Keys of the configuration that this part reads. */
  readonly config: Pick<StackConfig, "topicPrefix">;
}

/** The policy to attach to each device's certificate. */
export class DeviceAccess extends pulumi.ComponentResource {
  readonly policy: aws.iot.Policy;

  constructor(name: string, { environment, config }: DeviceAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:DeviceAccess", name, {}, opts);
    const { names, region, accountId } = environment;
    this.policy = new aws.iot.Policy(
      `${name}-policy`,
      {
        name: names.devicePolicy,
        policy: policyText({ region, accountId, ruleName: names.rule, topicPrefix: config.topicPrefix }, devicePolicy),
        tags: tagsOf(environment, names.devicePolicy, "What a device may do"),
      },
      { parent: this },
    );
    this.registerOutputs({ policyName: this.policy.name });
  }
}

/** AWS IoT substitutes the thing's name, if the client id names a thing and the certificate is attached to it. */
const THING = "${iot:Connection.Thing.ThingName}";

/** A device connects under its own name, publishes to its own topic (over Basic Ingest too) and receives its own commands. */
function devicePolicy({
  region,
  accountId,
  ruleName,
  topicPrefix,
}: {
  region: string;
  accountId: string;
  ruleName: string;
  topicPrefix: string;
}): PolicyDocument {
  const topics = topicsOf(topicPrefix);
  const arn = (resource: string) => `arn:aws:iot:${region}:${accountId}:${resource}`;
  // https://docs.aws.amazon.com/iot/latest/developerguide/thing-policy-variables.html
  const Condition = { Bool: { "iot:Connection.Thing.IsAttached": "true" } };
  return policyDocument(
    { Sid: "ConnectAsItself", Effect: "Allow", Action: "iot:Connect", Resource: arn(`client/${THING}`), Condition },
    {
      Sid: "PublishReadings",
      Effect: "Allow",
      Action: "iot:Publish",
      Resource: [
        arn(`topic/${topics.data(THING)}`),
        // https://docs.aws.amazon.com/iot/latest/developerguide/iot-basic-ingest.html
        arn(`topic/$aws/rules/${ruleName}/${topics.data(THING)}`),
      ],
      Condition,
    },
    {
      Sid: "SubscribeToCommands",
      Effect: "Allow",
      Action: "iot:Subscribe",
      Resource: arn(`topicfilter/${topics.commands(THING)}`),
      Condition,
    },
    {
      Sid: "ReceiveCommands",
      Effect: "Allow",
      Action: "iot:Receive",
      Resource: arn(`topic/${topics.commands(THING)}`),
      Condition,
    },
  );
}
