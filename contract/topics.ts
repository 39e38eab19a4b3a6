import { MAX_THING_NAME_LENGTH } from "./thing-name";

/** Most slashes in a topic: https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits */
export const MAX_TOPIC_SLASHES = 7;
/** Longest topic, in bytes of UTF-8; the same page. */
export const MAX_TOPIC_BYTES = 256;

/** The topics of one stack. */
export interface Topics {
  /** The topic that a thing publishes its readings to. */
  readonly data: (thing: string) => string;
  /** The topic that a thing receives its commands from. */
  readonly commands: (thing: string) => string;
  /** The topic filter of all readings. */
  readonly filter: string;
  /** The level, from 1, that holds the thing's name. */
  readonly thingLevel: number;
}

/** The topics of the stack whose `topicPrefix` is this; "" means no prefix. */
export function topicsOf(prefix: string): Topics {
  const before = prefix === "" ? "" : `${prefix}/`;
  const data = (thing: string) => `${before}sensor/data/${thing}`;
  return {
    data,
    commands: (thing) => `${before}sensor/commands/${thing}`,
    filter: data("#"),
    thingLevel: data("#").split("/").length,
  };
}

/** Most levels of a prefix with which each topic of a thing keeps AWS IoT's limit of slashes. */
export const MAX_PREFIX_LEVELS = MAX_TOPIC_SLASHES - slashesOf(topicsOf("").commands(""));

/** Longest prefix with which each topic of a thing keeps AWS IoT's limit of bytes. */
export const MAX_PREFIX_LENGTH = MAX_TOPIC_BYTES - topicsOf("").commands("x".repeat(MAX_THING_NAME_LENGTH)).length - 1;

function slashesOf(topic: string): number {
  return topic.split("/").length - 1;
}
