import { randomUUID } from "node:crypto";
import type { InProcessService } from "../gateway/in-process";
import type { ErrorLog } from "./error-log";

/** Most events of a page, and how many it has where none are asked for. */
const MAX_EVENTS = 10_000;
const TARGET = "Logs_20140328.FilterLogEvents";

/** What of FilterLogEvents is answered here. */
interface Question {
  readonly logGroupName?: string;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly limit?: number;
  readonly nextToken?: string;
}
const ANSWERED = ["logGroupName", "startTime", "endTime", "limit", "nextToken"];

/** CloudWatch Logs' FilterLogEvents over the error log: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
export function errorLogApi(group: string, log: Pick<ErrorLog, "documents" | "times">): InProcessService {
  return async ({ headers, body }) => {
    if (headers["x-amz-target"] !== TARGET)
      return refusal("UnknownOperationException", "of CloudWatch Logs' operations, FilterLogEvents alone runs here");
    let question: Question;
    try {
      question = JSON.parse(body.toString("utf8"));
    } catch {
      return refusal("SerializationException", "the body must be JSON");
    }
    const unknown = Object.keys(question).find((name) => !ANSWERED.includes(name));
    if (unknown !== undefined)
      return refusal("InvalidParameterException", `"${unknown}" is not answered here, only ${ANSWERED.join(", ")}`);
    if (question.logGroupName !== group)
      return refusal("ResourceNotFoundException", "The specified log group does not exist.");
    return answer(200, pageOf(log, question));
  };
}

function pageOf({ documents, times }: Pick<ErrorLog, "documents" | "times">, question: Question) {
  const { startTime = 0, endTime = Number.MAX_SAFE_INTEGER, limit = MAX_EVENTS, nextToken = "0" } = question;
  const events: object[] = [];
  let place = Number(nextToken);
  for (; place < documents.length && events.length < limit; place += 1) {
    const timestamp = times[place] ?? 0;
    if (timestamp < startTime || timestamp > endTime) continue;
    const message = JSON.stringify(documents[place]);
    const eventId = String(place).padStart(56, "0");
    events.push({ logStreamName: "local", timestamp, message, ingestionTime: timestamp, eventId });
  }
  return { events, searchedLogStreams: [], ...(place < documents.length ? { nextToken: String(place) } : {}) };
}

function refusal(type: string, message: string) {
  return answer(400, { __type: type, message });
}

function answer(status: number, body: object) {
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": randomUUID() };
  return { status, headers, body: JSON.stringify(body) };
}
