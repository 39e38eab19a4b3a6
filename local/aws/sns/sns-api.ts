import { randomUUID } from "node:crypto";
import type { RecordedResource, Recording } from "../../stack/recording";
import { parseArn } from "../arn";
import { queryAnswer, queryRefusal, xmlText } from "../endpoint/guard";
import type { InProcessService } from "../endpoint/in-process";
import { type Asked, isOfAttribute } from "./message-attributes";
import { publication } from "./publication";
import type { SentMessage } from "./sent-messages";

const NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/";
/** Where nobody has confirmed a subscription, its ARN is this word. */
const PENDING = "PendingConfirmation";

/** The operations that are done here, and the parameters of each that are heeded. No list has a second page. */
const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  ListTopics: [],
  ListSubscriptions: [],
  ListSubscriptionsByTopic: ["TopicArn"],
  GetTopicAttributes: ["TopicArn"],
  ListTagsForResource: ["ResourceArn"],
  Publish: ["TopicArn", "TargetArn", "Message", "Subject", "MessageStructure"],
};
/** Parameters of every request, and those of its signature. */
const COMMON = /^(Action|Version|Expires|Timestamp|AWSAccessKeyId|Signature\w*|SecurityToken|X-Amz-[\w-]+)$/i;

/**
 * SNS over the declared topics: clients find them with their subscriptions, and each message is handed to `onMessage`, because
 * nobody's mailbox is asked for here. https://docs.aws.amazon.com/sns/latest/api/API_Operations.html
 */
export function snsApi(recording: Recording, onMessage: (message: SentMessage) => void): InProcessService {
  const topics = recording.ofType("aws:sns/topic:Topic");
  const subscriptions = recording.ofType("aws:sns/topicSubscription:TopicSubscription");
  return async ({ query, body }) => {
    const asked: Asked = Object.fromEntries([...query, ...new URLSearchParams(body.toString("utf8"))]);
    const action = asked.Action ?? "";
    const answered = (result: string) => queryAnswer(action, NAMESPACE, result);
    const members = (of: readonly string[]) => of.map((each) => `<member>${each}</member>`).join("");
    const missing = notDone(action, asked);
    if (missing !== undefined)
      return queryRefusal(501, "NotImplemented", `The local run does not do ${missing}; nothing was changed.`);
    if (action === "ListTopics")
      return answered(`<Topics>${members(topics.map(({ state }) => element("TopicArn", state.arn)))}</Topics>`);
    if (action === "ListSubscriptions")
      return answered(`<Subscriptions>${members(subscriptions.map(subscription))}</Subscriptions>`);
    const named = OPERATIONS[action]?.filter((each) => each.endsWith("Arn") && asked[each] !== undefined) ?? [];
    if (named.length !== 1) return queryRefusal(400, "InvalidParameter", arnFault(action, named.length));
    const topic = topics.find(({ state }) => state.arn === asked[named[0] ?? ""]);
    if (topic === undefined)
      return action === "ListTagsForResource"
        ? queryRefusal(404, "ResourceNotFound", "Resource does not exist")
        : queryRefusal(404, "NotFound", "Topic does not exist");
    switch (action) {
      case "GetTopicAttributes":
        return answered(`<Attributes>${attributes(topic, subscriptions.filter(of(topic)).length)}</Attributes>`);
      case "ListSubscriptionsByTopic":
        return answered(`<Subscriptions>${members(subscriptions.filter(of(topic)).map(subscription))}</Subscriptions>`);
      case "ListTagsForResource":
        return answered(`<Tags>${members(tagsOf(topic))}</Tags>`);
      default: {
        const published = publication(asked);
        if (!published.ok) return queryRefusal(400, published.code, published.reason);
        onMessage({ topicArn: String(topic.state.arn), at: Date.now(), ...published.mail });
        return answered(element("MessageId", randomUUID()));
      }
    }
  };
}

/** What of the request is not done here, in words; undefined where all of it is. */
function notDone(action: string, asked: Asked): string | undefined {
  const allowed = Object.hasOwn(OPERATIONS, action) ? OPERATIONS[action] : undefined;
  if (allowed === undefined) return action;
  const isHeeded = (each: string) =>
    COMMON.test(each) || allowed.includes(each) || (action === "Publish" && isOfAttribute(each));
  const unheeded = Object.keys(asked).find((each) => !isHeeded(each));
  return unheeded === undefined ? undefined : `${action} with "${unheeded}"`;
}

/** What is wrong where not exactly one ARN names the topic. */
function arnFault(action: string, count: number): string {
  const parameters = OPERATIONS[action]?.filter((each) => each.endsWith("Arn")).join(" or ");
  return `Invalid parameter: ${parameters} Reason: ${count === 0 ? "no value for required parameter" : "only one of them may be given"}`;
}

function of(topic: RecordedResource) {
  return ({ inputs }: RecordedResource) => inputs.topic === topic.state.arn || inputs.topic === topic.id;
}

function subscription({ inputs, state }: RecordedResource): string {
  const account = parseArn(String(inputs.topic)).accountId;
  return (
    element("TopicArn", inputs.topic) +
    element("Protocol", inputs.protocol) +
    element("SubscriptionArn", inputs.protocol === "email" ? PENDING : (state.arn ?? PENDING)) +
    element("Owner", account) +
    element("Endpoint", inputs.endpoint)
  );
}

function attributes({ inputs, state }: RecordedResource, pending: number): string {
  const entry = ([key, value]: [string, unknown]) => `<entry>${element("key", key)}${element("value", value)}</entry>`;
  return Object.entries({
    TopicArn: state.arn,
    Owner: parseArn(String(state.arn)).accountId,
    ...(inputs.displayName === undefined ? {} : { DisplayName: inputs.displayName }),
    SubscriptionsConfirmed: 0,
    SubscriptionsPending: pending,
    SubscriptionsDeleted: 0,
  })
    .map(entry)
    .join("");
}

function tagsOf({ inputs }: RecordedResource): string[] {
  const tags = (inputs.tags ?? {}) as Readonly<Record<string, string>>;
  return Object.entries(tags).map(([key, value]) => element("Key", key) + element("Value", value));
}

function element(name: string, value: unknown): string {
  return `<${name}>${xmlText(value)}</${name}>`;
}
