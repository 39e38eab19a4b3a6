import { jsonAnswer, jsonRefusal } from "../endpoint/guard";
import type { InProcessService } from "../endpoint/in-process";
import { compileFilterPattern } from "./filter-pattern";
import { LOG_STREAM, type LogEvent, type LogGroup } from "./log-group";
import { type Parameter, parseQuestion, type Question } from "./question";

/** Most events of a page, and how many it has where none are asked for. */
const MAX_EVENTS = 10_000;
/** The same of groups and streams. */
const MAX_DESCRIBED = 50;
const ORDERS = ["LogStreamName", "LastEventTime"];
const PREFIX = "Logs_20140328.";

type Answer = ReturnType<typeof jsonAnswer>;
interface Operation {
  /** The parameters that are heeded, or that change nothing here. */
  readonly parameters: readonly Parameter[];
  readonly maxLimit: number;
  readonly run: (groups: readonly LogGroup[], question: Question) => Answer;
}

const TIMES: readonly Parameter[] = ["startTime", "endTime", "limit", "nextToken"];
const GROUP: readonly Parameter[] = ["logGroupName", "logGroupIdentifier"];

/** CloudWatch Logs' operations over the declared groups: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  FilterLogEvents: {
    // CLI v2 always sends "interleaved", which is the only way since 2019.
    parameters: [...GROUP, ...TIMES, "logStreamNames", "logStreamNamePrefix", "filterPattern", "interleaved", "unmask"],
    maxLimit: MAX_EVENTS,
    run: (groups, question) => within(groups, question, (group) => filtered(group, question)),
  },
  GetLogEvents: {
    parameters: [...GROUP, ...TIMES, "logStreamName", "startFromHead", "unmask"],
    maxLimit: MAX_EVENTS,
    run: (groups, question) => within(groups, question, (group) => streamPage(group, question)),
  },
  DescribeLogGroups: {
    parameters: ["logGroupNamePrefix", "logGroupNamePattern", "limit", "nextToken", "includeLinkedAccounts"],
    maxLimit: MAX_DESCRIBED,
    run: described,
  },
  DescribeLogStreams: {
    parameters: [...GROUP, "logStreamNamePrefix", "orderBy", "descending", "limit", "nextToken"],
    maxLimit: MAX_DESCRIBED,
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
    const parsed = parseQuestion(body.toString("utf8"), { name, ...operation });
    return parsed.ok ? operation.run(groups, parsed.question) : jsonRefusal(400, parsed.type, parsed.message);
  };
}

function described(groups: readonly LogGroup[], question: Question): Answer {
  const { logGroupNamePrefix = "", logGroupNamePattern = "" } = question;
  const found = groups
    .filter(({ name }) => name.startsWith(logGroupNamePrefix) && name.includes(logGroupNamePattern))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, arn, retentionInDays }) => ({
      logGroupName: name,
      arn: `${arn}:*`,
      logGroupArn: arn,
      logGroupClass: "STANDARD",
      metricFilterCount: 0,
      ...(retentionInDays === undefined ? {} : { retentionInDays }),
    }));
  return pageOf("logGroups", found, question);
}

/** A page of groups or streams. Its token is the place of the next one. */
function pageOf(name: string, all: readonly object[], { limit = MAX_DESCRIBED, nextToken }: Question): Answer {
  const start = nextToken === undefined ? 0 : Number(nextToken);
  if (nextToken !== undefined && !(start > 0 && start < all.length && String(start) === nextToken))
    return invalid("The specified nextToken is invalid.");
  const end = start + limit;
  return jsonAnswer(200, {
    [name]: all.slice(start, end),
    ...(end < all.length ? { nextToken: String(end) } : {}),
  });
}

function within(groups: readonly LogGroup[], question: Question, run: (group: LogGroup) => Answer): Answer {
  const { logGroupName, logGroupIdentifier } = question;
  if (logGroupName === undefined && logGroupIdentifier === undefined)
    return invalid('"logGroupName" or "logGroupIdentifier" must be given');
  const wanted = logGroupName ?? logGroupIdentifier?.replace(/:\*$/, "");
  const group = groups.find(({ name, arn }) => name === wanted || arn === wanted);
  if (group === undefined)
    return jsonRefusal(400, "ResourceNotFoundException", "The specified log group does not exist.");
  return run(group);
}

function filtered(group: LogGroup, question: Question): Answer {
  const { filterPattern = "", logStreamNames = [LOG_STREAM], logStreamNamePrefix = "", nextToken = "0" } = question;
  const { limit = MAX_EVENTS } = question;
  const matches = compileFilterPattern(filterPattern);
  if (matches === undefined)
    return jsonRefusal(400, "NotImplemented", `The local run does not evaluate the filter pattern ${filterPattern}`);
  if (!/^\d{1,15}$/.test(nextToken)) return invalid("The specified nextToken is invalid.");
  if (logStreamNames.some((name) => name !== LOG_STREAM)) return noStream();
  const found = (LOG_STREAM.startsWith(logStreamNamePrefix) ? timely(group, question) : []).filter(
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
  const { logStreamName, limit = MAX_EVENTS, nextToken } = question;
  if (logStreamName === undefined) return invalid('"logStreamName" must be given');
  if (logStreamName !== LOG_STREAM) return noStream();
  const token = /^([fb])\/(\d{1,15})$/.exec(nextToken ?? "");
  if (nextToken !== undefined && token === null) return invalid("The specified nextToken is invalid.");
  // Unlike a filter's, its end is not included.
  const { endTime = Number.MAX_SAFE_INTEGER } = question;
  const all = timely(group, { ...question, endTime: endTime - 1 });
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

function streamsOf({ arn, events }: LogGroup, question: Question): Answer {
  const { logStreamNamePrefix, orderBy = "LogStreamName" } = question;
  if (!ORDERS.includes(orderBy)) return invalid(`"orderBy" must be ${ORDERS.join(" or ")}, got ${orderBy}`);
  if (orderBy === "LastEventTime" && logStreamNamePrefix !== undefined)
    return invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
  const all = events();
  const [first, last] = [all[0], all.at(-1)];
  const isThere = first !== undefined && last !== undefined && LOG_STREAM.startsWith(logStreamNamePrefix ?? "");
  if (!isThere) return pageOf("logStreams", [], question);
  const stream = {
    logStreamName: LOG_STREAM,
    arn: `${arn}:log-stream:${LOG_STREAM}`,
    creationTime: first.timestamp,
    firstEventTimestamp: first.timestamp,
    lastEventTimestamp: last.timestamp,
    lastIngestionTime: last.timestamp,
  };
  return pageOf("logStreams", [stream], question);
}

function timely({ events }: LogGroup, { startTime = 0, endTime = Number.MAX_SAFE_INTEGER }: Question): LogEvent[] {
  return events().filter(({ timestamp }) => timestamp >= startTime && timestamp <= endTime);
}

function shown({ timestamp, message }: LogEvent) {
  return { timestamp, message, ingestionTime: timestamp };
}

function noStream(): Answer {
  return jsonRefusal(400, "ResourceNotFoundException", "The specified log stream does not exist.");
}

function invalid(message: string): Answer {
  return jsonRefusal(400, "InvalidParameterException", message);
}
