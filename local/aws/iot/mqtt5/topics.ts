import type { IPublishPacket, ISubscribePacket, IUnsubscribePacket } from "mqtt-packet";
import { MAX_FILTERS, topicFilterFault } from "../limits";
import { MAX_TOPIC_ALIAS } from "./agreement";
import { protocolError, REASON, Reason } from "./reason";

/**
 * The topic of a publish, by its alias where it has only that, which is remembered otherwise:
 * https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901113
 */
export function topicOf({ topic, properties }: IPublishPacket, aliases: Map<number, string>): string | Reason {
  const alias = properties?.topicAlias;
  if (alias !== undefined && (alias < 1 || alias > MAX_TOPIC_ALIAS))
    return new Reason(REASON.topicAliasInvalid, `a topic alias is from 1 to ${MAX_TOPIC_ALIAS}, got ${alias}`);
  if (topic === "") {
    const known = alias === undefined ? undefined : aliases.get(alias);
    return known ?? protocolError("a publish has a topic, or an alias that stands for one");
  }
  if (!isTopicName(topic))
    return new Reason(REASON.topicNameInvalid, `no topic to publish to: ${JSON.stringify(topic)}`);
  if (alias !== undefined) aliases.set(alias, topic);
  return topic;
}

/** Why a response topic is refused: https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt5-properties */
export function responseTopicFault(topic: string | undefined): Reason | undefined {
  return topic === undefined || isTopicName(topic)
    ? undefined
    : protocolError(`no response topic: ${JSON.stringify(topic)}`);
}

/** Why a SUBSCRIBE or UNSUBSCRIBE is refused whole. */
export function filterFault(packet: ISubscribePacket | IUnsubscribePacket): Reason | undefined {
  const filters = packet.cmd === "subscribe" ? packet.subscriptions.map(({ topic }) => topic) : packet.unsubscriptions;
  if (filters.length === 0) return protocolError(`${packet.cmd.toUpperCase()} without a topic filter`);
  if (packet.cmd === "subscribe" && packet.properties?.subscriptionIdentifier !== undefined)
    return new Reason(REASON.subscriptionIdentifiersNotSupported, "AWS IoT has no subscription identifiers");
  if (packet.cmd === "subscribe" && filters.length > MAX_FILTERS)
    return new Reason(
      REASON.quotaExceeded,
      `SUBSCRIBE has at most ${MAX_FILTERS} topic filters, got ${filters.length}`,
    );
  const bad = filters.find((filter) => !isTopicFilter(filter));
  if (bad !== undefined) return new Reason(REASON.topicFilterInvalid, `no topic filter: ${JSON.stringify(bad)}`);
  return filters.map(topicFilterFault).find((fault) => fault !== undefined);
}

/** Whether a message can be published to it: it is not empty and has no wildcard. */
export function isTopicName(topic: string): boolean {
  return topic !== "" && !/[+#\0]/.test(topic);
}

function isTopicFilter(filter: string): boolean {
  const levels = filter.split("/");
  return (
    filter !== "" &&
    !filter.includes("\0") &&
    levels.every((level, i) => level === "+" || (level === "#" && i === levels.length - 1) || !/[+#]/.test(level))
  );
}
