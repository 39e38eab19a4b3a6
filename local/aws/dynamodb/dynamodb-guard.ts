import type { RecordedResource, Recording } from "../../stack/recording";
import { type Guard, jsonAnswer, jsonRefusal } from "../endpoint/guard";
import type { InProcessService } from "../endpoint/in-process";

const VERSION = "1.0";
const TYPE = "com.amazonaws.dynamodb.v20120810#";
const PREFIX = "DynamoDB_20120810.";

/** What the emulator does truly. Tables are declared, so nothing that changes one is here. */
const DONE = new Set([
  "BatchGetItem",
  "BatchWriteItem",
  "DeleteItem",
  "DescribeTable",
  "GetItem",
  "ListTables",
  "PutItem",
  "Query",
  "Scan",
  "UpdateItem",
]);

/** Before the DynamoDB emulator: answers questions about the declared tables, and refuses by name what changes a table. */
export function dynamodbGuard(recording: Recording): Guard {
  return ({ headers }) => {
    const target = String(headers["x-amz-target"] ?? "");
    const operation = target.startsWith(PREFIX) ? target.slice(PREFIX.length) : target;
    if (DONE.has(operation)) return undefined;
    const question = Object.hasOwn(QUESTIONS, operation) ? QUESTIONS[operation] : undefined;
    if (question !== undefined) return about(recording.ofType("aws:dynamodb/table:Table"), question);
    const message = `The local run does not do ${operation === "" ? "a request without X-Amz-Target" : operation}; nothing was changed.`;
    return async () => jsonRefusal(400, `${TYPE}NotImplemented`, message, VERSION);
  };
}

type Question = (table: RecordedResource) => object;

const QUESTIONS: Readonly<Record<string, Question>> = {
  DescribeTimeToLive: ({ inputs }) => {
    const { enabled = false, attributeName } = (inputs.ttl ?? {}) as { enabled?: boolean; attributeName?: string };
    return {
      TimeToLiveDescription: enabled
        ? { TimeToLiveStatus: "ENABLED", AttributeName: attributeName }
        : { TimeToLiveStatus: "DISABLED" },
    };
  },
  DescribeContinuousBackups: ({ inputs }) => {
    const { enabled = false } = (inputs.pointInTimeRecovery ?? {}) as { enabled?: boolean };
    return {
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: "ENABLED",
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: enabled ? "ENABLED" : "DISABLED" },
      },
    };
  },
  ListTagsOfResource: ({ inputs }) => ({
    Tags: Object.entries((inputs.tags ?? {}) as Record<string, string>).map(([Key, Value]) => ({ Key, Value })),
  }),
};

function about(tables: readonly RecordedResource[], question: Question): InProcessService {
  return async ({ body }) => {
    let asked: { TableName?: string; ResourceArn?: string };
    try {
      asked = JSON.parse(body.toString("utf8"));
    } catch {
      return jsonRefusal(400, `${TYPE}SerializationException`, "the body must be JSON", VERSION);
    }
    const named = asked.TableName ?? asked.ResourceArn;
    const table = tables.find(({ inputs, state }) => named === inputs.name || named === state.arn);
    if (table !== undefined) return jsonAnswer(200, question(table), VERSION);
    const message = `Requested resource not found: Table: ${named} not found`;
    return jsonRefusal(400, `${TYPE}ResourceNotFoundException`, message, VERSION);
  };
}
