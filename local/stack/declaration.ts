import { OUTPUTS, type OutputName } from "../../contract/outputs";
import { ENV } from "../../contract/variables";
import { WATCH_ENV } from "../../contract/watch";
import { parseArn } from "../aws/arn";
import { type DeliveryDeclaration, deliveryOf } from "../aws/firehose/delivery-declaration";
import type { RuleDeclaration } from "../aws/iot/rules-engine";
import type { MappingSettings } from "../aws/lambda/event-source-mapping/settings";
import { DeclarationError, listOf, numberOf, refusal, textOf } from "./declared-property";
import type { RecordedResource, Recording } from "./recording";

/** What the stack declares, as far as the local run makes it real. */
/** The stream as it is declared. */
export interface StreamDeclaration {
  readonly name: string;
  readonly arn: string;
  /** Of an on-demand stream: how many AWS begins with. */
  readonly shardCount: number;
  readonly retentionHours: number;
  readonly mode: "PROVISIONED" | "ON_DEMAND";
  readonly shardLevelMetrics: readonly string[];
  /** Undefined: not encrypted. */
  readonly kmsKeyId: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** What the local run reads from the stack. Names and ARNs are those that the program would have in AWS. */
export interface Declaration {
  readonly region: string;
  readonly accountId: string;
  readonly stream: StreamDeclaration;
  readonly table: TableDeclaration;
  /** Bucket of the archive, of anomalies and of rejected records. */
  readonly archiveBucket: string;
  readonly buckets: readonly string[];
  readonly topics: readonly string[];
  readonly rule: RuleDeclaration;
  /** The device policy as JSON. */
  readonly devicePolicy: string;
  readonly processor: FunctionDeclaration;
  readonly mapping: MappingDeclaration;
  /** The delivery stream into the archive and its transform function; undefined if the stack has none. */
  readonly delivery: DeliveryDeclaration | undefined;
  readonly archiveTransform: FunctionDeclaration | undefined;
  /** Undefined where the stack has no rules for one. */
  readonly deviceWatch: DeviceWatchDeclaration | undefined;
  /** What the stack prints, by name. */
  readonly outputs: Readonly<Record<OutputName, string>>;
}

/** The declared device watch: what judges the stream's records, what looks at the plant on a schedule, and where both keep their state. */
export interface DeviceWatchDeclaration {
  readonly watch: FunctionDeclaration;
  readonly mapping: MappingDeclaration;
  readonly sweep: FunctionDeclaration;
  readonly sweepEveryMs: number;
  readonly table: TableDeclaration;
  /** ARN of the topic that mails people. */
  readonly mailTopic: string;
  /** ARN of the topic that tells machines. */
  readonly feedTopic: string;
}

/** The declared table, with its keys and indexes. */
export interface TableDeclaration {
  readonly name: string;
  readonly hashKey: string;
  readonly rangeKey: string | undefined;
  readonly attributes: readonly { readonly name: string; readonly type: string }[];
  readonly indexes: readonly {
    readonly name: string;
    readonly keys: readonly { readonly attributeName: string; readonly keyType: string }[];
    readonly projection: string;
    /** Of an index that projects some attributes beside the keys. */
    readonly attributes?: readonly string[];
  }[];
}

/** A declared function. */
export interface FunctionDeclaration {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** Reserved concurrency, or undefined where the account's is not divided. */
  readonly reservedConcurrency: number | undefined;
}

/** The declared event source mapping. A retry limit or record age of -1 means no limit, as in AWS. */
export type MappingDeclaration = Omit<
  MappingSettings,
  "streamName" | "streamArn" | "functionArn" | "roleArn" | "region"
>;

/** Shards that AWS gives a new on-demand stream: https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
const ON_DEMAND_SHARDS = 4;

/**
 * Reads what the local run makes real out of a captured stack.
 * @throws DeclarationError
 */
export function readDeclaration(recording: Recording): Declaration {
  const stream = recording.only("aws:kinesis/stream:Stream");
  const streamArn = textOf(stream, "arn", stream.state);
  const outputs = outputsOf(recording);
  const mappings = recording.ofType("aws:lambda/eventSourceMapping:EventSourceMapping");
  const fed = mappings.map((mapping) => ({ mapping, by: functionNamed(recording, textOf(mapping, "functionName")) }));
  const processor = functionNamed(recording, outputs.lambda_function_name);
  const mapping = fed.find(({ by }) => by.name === processor.name)?.mapping;
  if (mapping === undefined)
    throw new DeclarationError(`"${processor.name}" must have an event source mapping for the local run, got none`);
  const watch = fed.find(({ by }) => by.environment[WATCH_ENV.table] !== undefined);
  const delivery = deliveryOf(recording, streamArn);
  const { region, accountId } = parseArn(streamArn);
  return {
    region,
    accountId,
    stream: streamOf(stream, streamArn),
    table: tableNamed(recording, outputs.dynamodb_table_name),
    archiveBucket: variableOf(processor, ENV.bucket),
    buckets: recording.ofType("aws:s3/bucket:Bucket").map((bucket) => textOf(bucket, "bucket")),
    topics: recording.ofType("aws:sns/topic:Topic").map((topic) => textOf(topic, "name")),
    rule: ruleOf(recording.only("aws:iot/topicRule:TopicRule"), textOf(stream, "name")),
    devicePolicy: textOf(recording.only("aws:iot/policy:Policy"), "policy"),
    processor,
    mapping: mappingOf(mapping, streamArn),
    delivery,
    archiveTransform: delivery && functionNamed(recording, delivery.transform.functionArn),
    // Here it begins before the first record: its latest is the stream's begin.
    deviceWatch: watch && deviceWatchOf(recording, watch.by, mappingOf(watch.mapping, streamArn, "LATEST")),
    outputs,
  };
}

function deviceWatchOf(
  recording: Recording,
  watch: FunctionDeclaration,
  mapping: MappingDeclaration,
): DeviceWatchDeclaration {
  const variable = (name: string) => {
    const value = watch.environment[name];
    if (value) return value;
    throw new DeclarationError(
      `"${name}" of "${watch.name}" must be set for the local run, got ${JSON.stringify(value)}`,
    );
  };
  const { sweep, everyMs } = scheduledFunction(recording);
  return {
    watch,
    mapping,
    sweep,
    sweepEveryMs: everyMs,
    table: tableNamed(recording, variable(WATCH_ENV.table)),
    mailTopic: variable(WATCH_ENV.mailTopic),
    feedTopic: variable(WATCH_ENV.feedTopic),
  };
}

/** The function that EventBridge calls, and how often. */
function scheduledFunction(recording: Recording): { readonly sweep: FunctionDeclaration; readonly everyMs: number } {
  const rule = recording.only("aws:cloudwatch/eventRule:EventRule");
  const target = recording.only("aws:cloudwatch/eventTarget:EventTarget");
  const schedule = textOf(rule, "scheduleExpression");
  const [, minutes] = /^rate\((\d+) minutes?\)$/.exec(schedule) ?? [];
  if (minutes === undefined) throw refusal(rule, "scheduleExpression", "rate(<n> minutes)", schedule);
  return { sweep: functionNamed(recording, textOf(target, "arn")), everyMs: Number(minutes) * 60_000 };
}

function outputsOf({ outputs }: Recording): Declaration["outputs"] {
  const missing = Object.keys(OUTPUTS).filter((name) => typeof outputs[name] !== "string");
  if (missing.length > 0) throw new DeclarationError(`the program must export "${missing.join('", "')}"`);
  return outputs as Declaration["outputs"];
}

function streamOf(stream: RecordedResource, arn: string): StreamDeclaration {
  return {
    name: textOf(stream, "name"),
    arn,
    shardCount: shardCountOf(stream),
    retentionHours: numberOf(stream, "retentionPeriod"),
    mode: isOnDemand(stream) ? "ON_DEMAND" : "PROVISIONED",
    shardLevelMetrics: listOf<string>(stream, "shardLevelMetrics"),
    kmsKeyId: stream.inputs.encryptionType === "KMS" ? textOf(stream, "kmsKeyId") : undefined,
    tags: (stream.inputs.tags ?? {}) as Readonly<Record<string, string>>,
  };
}

function shardCountOf(stream: RecordedResource): number {
  return isOnDemand(stream) ? ON_DEMAND_SHARDS : numberOf(stream, "shardCount");
}

function isOnDemand(stream: RecordedResource): boolean {
  return (stream.inputs.streamModeDetails as { streamMode?: string } | undefined)?.streamMode === "ON_DEMAND";
}

function tableNamed(recording: Recording, name: string): TableDeclaration {
  const found = recording.ofType("aws:dynamodb/table:Table").find(({ inputs }) => inputs.name === name);
  if (!found) throw new DeclarationError(`"${name}" must be a declared table for the local run, got none of that name`);
  return tableOf(found);
}

interface DeclaredIndex {
  readonly name: string;
  readonly keySchemas: { readonly attributeName: string; readonly keyType: string }[];
  readonly projectionType: string;
  readonly nonKeyAttributes?: readonly string[];
}

function tableOf(table: RecordedResource): TableDeclaration {
  const rangeKey = table.inputs.rangeKey === undefined ? undefined : textOf(table, "rangeKey");
  return {
    name: textOf(table, "name"),
    hashKey: textOf(table, "hashKey"),
    rangeKey,
    attributes: listOf<{ name: string; type: string }>(table, "attributes"),
    indexes: listOf<DeclaredIndex>(table, "globalSecondaryIndexes").map(
      ({ name, keySchemas, projectionType, nonKeyAttributes }) => ({
        name,
        keys: keySchemas,
        projection: projectionType,
        ...(nonKeyAttributes && { attributes: nonKeyAttributes }),
      }),
    ),
  };
}

function ruleOf(rule: RecordedResource, streamName: string): RuleDeclaration {
  const [action, ...others] = listOf<{ streamName: string; partitionKey?: string }>(rule, "kineses");
  if (!action || others.length > 0 || action.streamName !== streamName || action.partitionKey === undefined)
    throw refusal(rule, "kineses", `one action that puts to "${streamName}" with a partition key`, rule.inputs.kineses);
  if (rule.inputs.enabled !== true) throw refusal(rule, "enabled", "true", rule.inputs.enabled);
  return {
    name: textOf(rule, "name"),
    sql: textOf(rule, "sql"),
    sqlVersion: textOf(rule, "sqlVersion"),
    partitionKey: action.partitionKey,
  };
}

/** By its name or its ARN. */
function functionNamed(recording: Recording, nameOrArn: string): FunctionDeclaration {
  const functions = recording.ofType("aws:lambda/function:Function");
  const found = functions.find((each) => each.inputs.name === nameOrArn || each.state.arn === nameOrArn);
  if (!found)
    throw new DeclarationError(`"functionName" must be a declared function for the local run, got "${nameOrArn}"`);
  return functionOf(found);
}

function functionOf(processor: RecordedResource): FunctionDeclaration {
  const runtime = processor.inputs.runtime;
  if (runtime !== "nodejs24.x") throw refusal(processor, "runtime", '"nodejs24.x"', runtime);
  const reserved = processor.inputs.reservedConcurrentExecutions;
  return {
    name: textOf(processor, "name"),
    arn: textOf(processor, "arn", processor.state),
    roleArn: textOf(processor, "role"),
    handler: textOf(processor, "handler"),
    environment: (processor.inputs.environment as { variables?: Record<string, string> } | undefined)?.variables ?? {},
    memoryMb: numberOf(processor, "memorySize"),
    timeoutMs: numberOf(processor, "timeout") * 1000,
    reservedConcurrency: typeof reserved === "number" && reserved >= 0 ? reserved : undefined,
  };
}

/** A variable of the function's environment that the run needs itself. */
function variableOf({ name, environment }: FunctionDeclaration, variable: string): string {
  const value = environment[variable];
  if (value !== undefined && value !== "") return value;
  throw new DeclarationError(
    `"${variable}" in the environment of the function "${name}" must be set for the local run, got ${JSON.stringify(value)}`,
  );
}

function mappingOf(
  mapping: RecordedResource,
  streamArn: string,
  startingPosition: "TRIM_HORIZON" | "LATEST" = "TRIM_HORIZON",
): MappingDeclaration {
  const { inputs } = mapping;
  const source = textOf(mapping, "eventSourceArn");
  // A consumer of its own reads the same records, and faster than anything that this machine would notice.
  if (source !== streamArn && !source.startsWith(`${streamArn}/consumer/`))
    throw refusal(mapping, "eventSourceArn", streamArn, source);
  if (inputs.startingPosition !== startingPosition)
    throw refusal(mapping, "startingPosition", `"${startingPosition}"`, inputs.startingPosition);
  for (const unsupported of ["filterCriteria", "tumblingWindowInSeconds"] as const)
    if (inputs[unsupported] !== undefined) throw refusal(mapping, unsupported, "left out", inputs[unsupported]);
  const destination = (inputs.destinationConfig as { onFailure?: { destinationArn?: string } } | undefined)?.onFailure
    ?.destinationArn;
  if (destination !== undefined && !destination.startsWith("arn:aws:s3:::"))
    throw refusal(mapping, "destinationConfig", "a bucket's ARN, or left out", destination);
  const responseTypes = (inputs.functionResponseTypes as string[] | undefined) ?? [];
  return {
    uuid: textOf(mapping, "uuid", { uuid: mapping.id, ...mapping.state }),
    batchSize: numberOf(mapping, "batchSize", 100),
    windowMs: numberOf(mapping, "maximumBatchingWindowInSeconds", 0) * 1000,
    parallelizationFactor: numberOf(mapping, "parallelizationFactor", 1),
    maximumRetryAttempts: numberOf(mapping, "maximumRetryAttempts", -1),
    maximumRecordAgeSeconds: numberOf(mapping, "maximumRecordAgeInSeconds", -1),
    bisectBatchOnFunctionError: inputs.bisectBatchOnFunctionError === true,
    reportBatchItemFailures: responseTypes.includes("ReportBatchItemFailures"),
    failureBucket: destination?.slice("arn:aws:s3:::".length),
  };
}
