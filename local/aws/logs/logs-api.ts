import { jsonAnswer, jsonRefusal } from "../endpoint/guard";
import type { InProcessService } from "../endpoint/in-process";
import { compileFilterPattern } from "./filter-pattern";
import { LOG_STREAM, type LogEvent, type LogGroup } from "./log-group";

/** Most events of a page, and how many it has where none are asked for. */
const MAX_EVENTS = 10_000;
const PREFIX = "Logs_20140328.";

/** What is asked, of all operations that are done here. */
interface Question {
  readonly logGroupName?: string;
  /** A name, or an ARN. */
  readonly logGroupIdentifier?: string;
  readonly logGroupNamePrefix?: string;
  readonly logGroupNamePattern?: string;
  readonly logStreamName?: string;
  readonly logStreamNames?: readonly string[];
  readonly logStreamNamePrefix?: string;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly filterPattern?: string;
  readonly limit?: number;
  readonly nextToken?: string;
  readonly startFromHead?: boolean;
}

type Answer = ReturnType<typeof jsonAnswer>;
interface Operation {
  /** The parameters that are heeded, or that change nothing here. */
  readonly parameters: readonly string[];
  readonly run: (groups: readonly LogGroup[], question: Question) => Answer;
}

const TIMES = ["startTime", "endTime", "limit", "nextToken"];
const GROUP = ["logGroupName", "logGroupIdentifier"];

/** CloudWatch Logs' operations over the declared groups: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  FilterLogEvents: {
    // CLI v2 always sends "interleaved", which is the only way since 2019.
    parameters: [...GROUP, ...TIMES, "logStreamNames", "logStreamNamePrefix", "filterPattern", "interleaved", "unmask"],
    run: (groups, question) => within(groups, question, (group) => filtered(group, question)),
  },
  GetLogEvents: {
    parameters: [...GROUP, ...TIMES, "logStreamName", "startFromHead", "unmask"],
    run: (groups, question) => within(groups, question, (group) => streamPage(group, question)),
  },
  DescribeLogGroups: {
    parameters: ["logGroupNamePrefix", "logGroupNamePattern", "limit", "nextToken", "includeLinkedAccounts"],
    run: (groups, { logGroupNamePrefix = "", logGroupNamePattern = "" }) =>
      jsonAnswer(200, {
        logGroups: groups
          .filter(({ name }) => name.startsWith(logGroupNamePrefix) && name.includes(logGroupNamePattern))
          .map(({ name, arn, retentionInDays }) => ({
            logGroupName: name,
            arn: `${arn}:*`,
            logGroupArn: arn,
            logGroupClass: "STANDARD",
            metricFilterCount: 0,
            ...(retentionInDays === undefined ? {} : { retentionInDays }),
          })),
      }),
  },
  DescribeLogStreams: {
    parameters: [...GROUP, "logStreamNamePrefix", "orderBy", "descending", "limit", "nextToken"],
    run: (groups, question) => within(groups, question, (group) => streamsOf(group, question)),
  },
};

/** The part of the CloudWatch Logs API that reads these groups. */
export function logsApi(groups: readonly LogGroup[]): InProcessService {
  return async ({ headers, body }) => {
    const target = String(headers["x-amz-target"] ?? "");
    const name = target.startsWith(PREFIX) ? target.slice(PREFIX.length) : target;
    const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
    if (operation === undefined)
      return jsonRefusal(400, "NotImplemented", `The local run does not do ${name}; nothing was changed.`);
    let question: Question;
    try {
      question = JSON.parse(body.toString("utf8") || "{}");
    } catch {
      return jsonRefusal(400, "SerializationException", "the body must be JSON");
    }
    const unknown = Object.keys(question).find((each) => !operation.parameters.includes(each));
    if (unknown !== undefined)
      return jsonRefusal(400, "NotImplemented", `The local run does not do ${name} with "${unknown}".`);
    return operation.run(groups, question);
  };
}

function within(groups: readonly LogGroup[], question: Question, run: (group: LogGroup) => Answer): Answer {
  const { logGroupName, logGroupIdentifier } = question;
  const wanted = logGroupName ?? logGroupIdentifier?.replace(/:\*$/, "");
  const group = groups.find(({ name, arn }) => name === wanted || arn === wanted);
  if (group === undefined)
    return jsonRefusal(400, "ResourceNotFoundException", "The specified log group does not exist.");
  return run(group);
}

function filtered(group: LogGroup, question: Question): Answer {
  const { filterPattern = "", logStreamNames = [LOG_STREAM], logStreamNamePrefix = "", nextToken = "0" } = question;
  const matches = compileFilterPattern(filterPattern);
  if (matches === undefined)
    return jsonRefusal(400, "NotImplemented", `The local run does not evaluate the filter pattern ${filterPattern}`);
  const limit = limitOf(question);
  if (limit === undefined || !/^\d{1,15}$/.test(nextToken)) return invalid();
  const isHere = logStreamNames.includes(LOG_STREAM) && LOG_STREAM.startsWith(logStreamNamePrefix);
  const found = (isHere ? timely(group, question) : []).filter(
    ({ id, message }) => id >= Number(nextToken) && matches(message),
  );
  const more = found[limit];
  return jsonAnswer(200, {
    events: found.slice(0, limit).map((event) => ({
      logStreamName: LOG_STREAM,
      ...shown(event),
      eventId: String(event.id).padStart(56, "0"),
    })),
    searchedLogStreams: [],
    ...(more === undefined ? {} : { nextToken: String(more.id) }),
  });
}

/** A page of the stream: the latest one unless it is asked from the head. A token that comes back unchanged is the end. */
function streamPage(group: LogGroup, question: Question): Answer {
  if (question.logStreamName !== LOG_STREAM)
    return jsonRefusal(400, "ResourceNotFoundException", "The specified log stream does not exist.");
  const limit = limitOf(question);
  const token = /^([fb])\/(\d{1,15})$/.exec(question.nextToken ?? "");
  if (limit === undefined || (question.nextToken !== undefined && token === null)) return invalid();
  const all = timely(group, question);
  const at = Number(token?.[2]);
  const isForward = token ? token[1] === "f" : question.startFromHead === true;
  const page = isForward
    ? all.filter(({ id }) => !(id < at)).slice(0, limit)
    : all.filter(({ id }) => !(id >= at)).slice(-limit);
  const start = token ? at : isForward ? 0 : (all.at(-1)?.id ?? -1) + 1;
  return jsonAnswer(200, {
    events: page.map(shown),
    nextForwardToken: `f/${(page.at(-1)?.id ?? start - 1) + 1}`,
    nextBackwardToken: `b/${page[0]?.id ?? start}`,
  });
}

function streamsOf({ arn, events }: LogGroup, { logStreamNamePrefix = "" }: Question): Answer {
  const all = events();
  const [first, last] = [all[0], all.at(-1)];
  const isThere = first !== undefined && last !== undefined && LOG_STREAM.startsWith(logStreamNamePrefix);
  return jsonAnswer(200, {
    logStreams: isThere
      ? [
          {
            logStreamName: LOG_STREAM,
            arn: `${arn}:log-stream:${LOG_STREAM}`,
            creationTime: first.timestamp,
            firstEventTimestamp: first.timestamp,
            lastEventTimestamp: last.timestamp,
            lastIngestionTime: last.timestamp,
          },
        ]
      : [],
  });
}

function timely({ events }: LogGroup, { startTime = 0, endTime = Number.MAX_SAFE_INTEGER }: Question): LogEvent[] {
  return events().filter(({ timestamp }) => timestamp >= startTime && timestamp <= endTime);
}

function shown({ timestamp, message }: LogEvent) {
  return { timestamp, message, ingestionTime: timestamp };
}

function limitOf({ limit = MAX_EVENTS }: Question): number | undefined {
  return Number.isInteger(limit) && limit >= 1 && limit <= MAX_EVENTS ? limit : undefined;
}

function invalid(): Answer {
  return jsonRefusal(400, "InvalidParameterException", '"limit" must be from 1 to 10000, and "nextToken" one of ours');
}
