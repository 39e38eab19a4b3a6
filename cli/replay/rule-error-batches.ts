import { type CloudWatchLogsClient, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { type KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { arrivalHour } from "../../contract/arrival-hour";
import { topicsOf } from "../../contract/topics";
import type { Verdict } from "./answer";
import { troubleOf } from "./invoker";
import type { Marks } from "./marks";
import type { Batch, ReplayDeps, Tally } from "./run";

const KIND = "rule-errors";
const MESSAGES_AT_ONCE = 100;

/** Which messages of the rule's error log are wanted. */
export interface RuleErrorQuestion {
  readonly logGroupName: string;
  /** Failed from this moment on, milliseconds since the epoch. */
  readonly from: number;
  /** Failed before this moment. */
  readonly until: number;
  /** Whether messages that were replayed before are replayed again. */
  readonly again: boolean;
  /** The levels before `sensor/` in the stack's topics. */
  readonly topicPrefix: string;
}

/** A message that the rule could not put into the stream. */
export interface RuleMessage {
  /** The log event's id. */
  readonly id: string;
  /** When the rule failed, milliseconds since the epoch. */
  readonly failedAt: number;
  /** The thing that published it. */
  readonly partitionKey: string;
  readonly payload: Buffer;
}

/**
 * Reads the messages of the rule's error log; a batch stays within an hour.
 * @throws Error where the log cannot be read
 */
export async function* ruleErrorBatches(
  client: CloudWatchLogsClient,
  { logGroupName, from, until, again, topicPrefix }: RuleErrorQuestion,
  marks: Marks,
  tally: Tally,
  { io }: Pick<ReplayDeps, "io">,
): AsyncGenerator<Batch<RuleMessage>> {
  const replayed = again ? new Set<string>() : await marks.replayedRecords(KIND, { from, until });
  const times = {
    ...(from > 0 ? { startTime: from } : {}),
    ...(until < Number.POSITIVE_INFINITY ? { endTime: until - 1 } : {}),
  };
  let items: RuleMessage[] = [];
  for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName, ...times })) {
    for (const { eventId: id = "", timestamp: failedAt = 0, message = "" } of events) {
      if (replayed.has(id)) {
        tally.replayedBefore += 1;
        continue;
      }
      const found = messageIn(message, topicPrefix);
      if (found === undefined) {
        tally.unusable += 1;
        io.note(
          `the log event ${id} holds no message that the rule can put: its topic names no thing, or it is truncated`,
        );
        continue;
      }
      const before = items[0];
      if (before && (items.length === MESSAGES_AT_ONCE || arrivalHour(before.failedAt) !== arrivalHour(failedAt))) {
        yield batchOf(items, marks);
        items = [];
      }
      items.push({ id, failedAt, ...found });
    }
  }
  if (items.length > 0) yield batchOf(items, marks);
}

/**
 * Puts messages into the stream as the rule would have: under the thing that published, the payload as it came, as the rule's
 * `SELECT *` passes it on. One PutRecord per message, like the rule's, shows which were accepted: a reading without a timestamp becomes
 * another reading each time it is put. The messages arrive anew: a reading with a timestamp replaces one that arrived since it failed.
 */
export function putWith(client: KinesisClient, StreamARN: string) {
  return async (messages: readonly RuleMessage[]): Promise<Verdict> => {
    for (const [done, { partitionKey, payload }] of messages.entries()) {
      try {
        await client.send(new PutRecordCommand({ StreamARN, PartitionKey: partitionKey, Data: payload }));
      } catch (error) {
        return { done, stored: done, rejected: 0, superseded: 0, ...troubleOf(error) };
      }
    }
    return { done: messages.length, stored: messages.length, rejected: 0, superseded: 0 };
  };
}

/**
 * The partition key that the rule's `${topic(n)}` gives; undefined where the topic has no such level. Basic Ingest's prefix is no
 * part of the topic that a rule sees: https://docs.aws.amazon.com/iot/latest/developerguide/iot-basic-ingest.html
 */
export function partitionKeyOf(topic: string, topicPrefix = ""): string | undefined {
  return topic.replace(/^\$aws\/rules\/[^/]+\//, "").split("/")[topicsOf(topicPrefix).thingLevel - 1] || undefined;
}

/** https://docs.aws.amazon.com/iot/latest/developerguide/rule-error-handling.html */
function messageIn(text: string, topicPrefix: string): { partitionKey: string; payload: Buffer } | undefined {
  try {
    const { topic, base64OriginalPayload } = JSON.parse(text) as { topic: unknown; base64OriginalPayload: unknown };
    if (typeof topic !== "string" || typeof base64OriginalPayload !== "string") return undefined;
    const partitionKey = partitionKeyOf(topic, topicPrefix);
    return partitionKey === undefined
      ? undefined
      : { partitionKey, payload: Buffer.from(base64OriginalPayload, "base64") };
  } catch {
    return undefined;
  }
}

function batchOf(items: readonly RuleMessage[], marks: Marks): Batch<RuleMessage> {
  return {
    items,
    mark: async ({ done }) => {
      const ids = items.slice(0, done).map(({ id }) => id);
      await marks.putRecords(KIND, items[0]?.failedAt ?? 0, ids, { put: done });
    },
  };
}
