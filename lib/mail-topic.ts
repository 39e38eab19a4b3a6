import * as pulumi from "@pulumi/pulumi";
import * as aws from "./aws";
import { type Environment, tagsOf } from "./environment";
import { denyPlainHttp, policyDocument, type Statement } from "./policy-document";

/** A service that may publish by the topic's own policy, and on whose behalf. */
export type Publishers = Pick<Statement, "Sid"> & Required<Pick<Statement, "Principal" | "Condition">>;

/** Arguments of `mailTopic`. */
export interface MailTopicArgs {
  /** Where the stack is deployed, and its physical names. */
  readonly environment: Environment;
  /** Physical name. */
  readonly topicName: string;
  /** The `Purpose` tag. */
  readonly purpose: string;
  /** Addresses that receive each message; each must confirm once. */
  readonly emails: readonly string[];
  /** A service that publishes without a role. @default nobody: this account's roles publish by their own policies */
  readonly publishers?: pulumi.Input<Publishers>;
}

/** A topic and its policy. */
export interface MailTopic {
  /** Receives the messages. */
  readonly topic: aws.sns.Topic;
  /** Must exist before anything publishes. */
  readonly topicPolicy: aws.sns.TopicPolicy;
}

/** A topic that refuses plain HTTP and other accounts, with a subscription for each address. */
export function mailTopic(name: string, args: MailTopicArgs, opts: pulumi.CustomResourceOptions): MailTopic {
  const { environment, topicName, purpose, emails, publishers } = args;
  const topic = new aws.sns.Topic(
    `${name}-topic`,
    // No key: with alias/aws/sns CloudWatch may not publish, and no alarm would ever arrive.
    { name: topicName, tags: tagsOf(environment, topicName, purpose) },
    opts,
  );
  const policy = pulumi.output({ topicArn: topic.arn, publishers }).apply((known) => {
    const allowed: Statement[] =
      known.publishers === undefined
        ? []
        : [{ ...known.publishers, Effect: "Allow", Action: "sns:Publish", Resource: known.topicArn }];
    return JSON.stringify(policyDocument(denyPlainHttp("sns:Publish", [known.topicArn]), ...allowed));
  });
  const topicPolicy = new aws.sns.TopicPolicy(`${name}-topic-policy`, { arn: topic.arn, policy }, opts);
  for (const email of emails) {
    new aws.sns.TopicSubscription(
      `${name}-email-${email}`,
      { topic: topic.arn, protocol: "email", endpoint: email },
      opts,
    );
  }
  return { topic, topicPolicy };
}
