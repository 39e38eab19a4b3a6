import { randomUUID } from "node:crypto";
import type { RecordedResource, Recording } from "../../stack/recording";
import { parseArn } from "../arn";
import { queryAnswer, queryRefusal, xmlText } from "../endpoint/guard";
import type { InProcessService } from "../endpoint/in-process";
import type { SentMessage } from "./sent-messages";

const NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/";
/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const MAX_MESSAGE_BYTES = 256 * 1024;
const MAX_SUBJECT = 100;

/** Where nobody has confirmed a subscription, its ARN is this word. */
const PENDING = "PendingConfirmation";

type Asked = Readonly<Record<string, string>>;

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
    const arn = asked.TopicArn ?? asked.TargetArn ?? asked.ResourceArn;
    const topic = topics.find(({ state }) => state.arn === arn);
    const answered = (result: string) => queryAnswer(action, NAMESPACE, result);
    const members = (of: readonly string[]) => of.map((each) => `<member>${each}</member>`).join("");
    if (action === "ListTopics")
      return answered(`<Topics>${members(topics.map(({ state }) => element("TopicArn", state.arn)))}</Topics>`);
    if (action === "ListSubscriptions")
      return answered(`<Subscriptions>${members(subscriptions.map(subscription))}</Subscriptions>`);
    if (!["Publish", "GetTopicAttributes", "ListSubscriptionsByTopic", "ListTagsForResource"].includes(action))
      return queryRefusal(501, "NotImplemented", `The local run does not do ${action}; nothing was changed.`);
    if (topic === undefined) return queryRefusal(404, "NotFound", "Topic does not exist");
    switch (action) {
      case "GetTopicAttributes":
        return answered(`<Attributes>${attributes(topic, subscriptions.filter(of(topic)).length)}</Attributes>`);
      case "ListSubscriptionsByTopic":
        return answered(`<Subscriptions>${members(subscriptions.filter(of(topic)).map(subscription))}</Subscriptions>`);
      case "ListTagsForResource":
        return answered(`<Tags>${members(tagsOf(topic))}</Tags>`);
      default: {
        const fault = publishFault(asked);
        if (fault !== undefined) return queryRefusal(400, "InvalidParameter", fault);
        const { Subject: subject, Message: message = "" } = asked;
        onMessage({
          topicArn: String(topic.state.arn),
          message,
          at: Date.now(),
          ...(subject !== undefined && { subject }),
        });
        return answered(element("MessageId", randomUUID()));
      }
    }
  };
}

function publishFault({ Message: message = "", Subject: subject }: Asked): string | undefined {
  if (message === "") return "Invalid parameter: Empty message";
  if (Buffer.byteLength(message) > MAX_MESSAGE_BYTES) return "Invalid parameter: Message too long";
  if (subject !== undefined && (subject === "" || subject.length > MAX_SUBJECT || /[^\x20-\x7e]/.test(subject)))
    return "Invalid parameter: Subject";
  return undefined;
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
