import * as pulumi from "@pulumi/pulumi";
import { ENV } from "../contract/variables";
import { RULES_FILE, WATCH_ENV } from "../contract/watch";
import { rulesFileText } from "../watch/rules/rules-file";
import * as aws from "./aws";
import type { StackConfig } from "./config";
import { type Environment, tagsOf } from "./environment";
import { NOTICES_FILE, readNotices } from "./function-bundle";
import { mailTopic } from "./mail-topic";
import { minuteSchedule } from "./minute-schedule";
import { NodeFunction } from "./node-function";
import { FUNCTION_SIZES, WATCH_BATCH } from "./sizes";
import { sweepPermissions, watchPermissions } from "./watch-permissions";
import { watchTable } from "./watch-table";

/** Arguments of `DeviceWatch`. */
export interface DeviceWatchArgs {
  /** Where the stack is deployed, and its physical names. */
  readonly environment: Environment;
  /** Keys of the configuration that this part reads. */
  readonly config: Pick<
    StackConfig,
    | "alarmEmails"
    | "anomalyLimits"
    | "hotRetentionDays"
    | "logRetentionDays"
    | "mayReserve"
    | "watchFanOut"
    | "watchQuiet"
    | "watchRules"
    | "watchWindowSeconds"
  >;
  /** The stream that the records come from. */
  readonly stream: aws.kinesis.Stream;
  /** The bucket that keeps failed batches. */
  readonly bucket: aws.s3.Bucket;
}

/** Alarms of the devices: the watch judges each batch of the stream, the sweep each minute what is due, and both tell people and machines. */
export class DeviceWatch extends pulumi.ComponentResource {
  /** States and history. */
  readonly table: aws.dynamodb.Table;
  /** Receives the notices as mail. */
  readonly topic: aws.sns.Topic;
  /** Receives the notices as JSON. */
  readonly feed: aws.sns.Topic;
  /** Judges the batches. */
  readonly function: aws.lambda.Function;
  /** Finds what is due. */
  readonly sweep: aws.lambda.Function;
  /** From the stream to the watch. */
  readonly mapping: aws.lambda.EventSourceMapping;

  constructor(name: string, args: DeviceWatchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:DeviceWatch", name, {}, opts);
    const { environment, config, stream } = args;
    const { names } = environment;
    const childOptions = { parent: this };
    // What holds no state stays replaceable: an address can be removed, and the fan-out turned on or off.
    const replaceable = { ...childOptions, protect: false };
    this.table = watchTable(`${name}-table`, environment, childOptions);
    this.topic = mailTopic(
      `${name}-notices`,
      {
        environment,
        topicName: names.noticeTopic,
        purpose: "Notices of devices as mail",
        emails: config.alarmEmails,
      },
      replaceable,
    ).topic;
    this.feed = mailTopic(
      `${name}-feed`,
      { environment, topicName: names.noticeFeed, purpose: "Notices of devices as JSON", emails: [] },
      replaceable,
    ).topic;
    const consumer = config.watchFanOut ? fanOut(`${name}-consumer`, args, replaceable) : undefined;
    const watch = this.#createWatch(name, args, consumer);
    this.function = watch.function;
    this.mapping = new aws.lambda.EventSourceMapping(
      `${name}-mapping`,
      { functionName: this.function.arn, ...mappingSettings(args, (consumer ?? stream).arn) },
      { ...replaceable, dependsOn: [watch.rolePolicy] },
    );
    this.sweep = this.#createSweep(`${name}-sweep`, args);
    minuteSchedule(
      `${name}-schedule`,
      {
        environment,
        ruleName: names.sweepSchedule,
        purpose: "Calls the sweep of the device watch each minute",
        function: this.sweep,
      },
      childOptions,
    );
    this.registerOutputs({ functionName: this.function.name });
  }

  #createWatch(name: string, args: DeviceWatchArgs, consumer: aws.kinesis.StreamConsumer | undefined): NodeFunction {
    const { environment, stream, bucket } = args;
    const { accountId } = environment;
    const resources = {
      ...this.#resources(args),
      streamArn: stream.arn,
      bucketArn: bucket.arn,
      accountId,
      consumerArn: consumer?.arn,
    };
    return new NodeFunction(
      name,
      {
        ...functionSettings(args),
        bundle: "watch",
        functionName: environment.names.watch,
        roleName: environment.names.watchRole,
        title: "the device watch",
        description: "Judges the readings of the stream by the rules of the devices' alarms.",
        purpose: "Judges readings by the rules of alarms",
        ...FUNCTION_SIZES.watch,
        variables: this.#variables(args),
        policyName: "watch-devices",
        permissions: pulumi.output(resources).apply(watchPermissions),
      },
      { parent: this },
    );
  }

  #createSweep(name: string, args: DeviceWatchArgs): aws.lambda.Function {
    const { environment, config, stream } = args;
    const sweep = new NodeFunction(
      name,
      {
        ...functionSettings(args),
        bundle: "watchSweep",
        functionName: environment.names.sweep,
        roleName: environment.names.sweepRole,
        title: "the sweep of the device watch",
        description: "Fires timers, finds silent devices and sends notices that are left.",
        purpose: "Finds what is due in the device watch",
        ...FUNCTION_SIZES.sweep,
        reservedConcurrency: config.mayReserve ? 1 : undefined,
        variables: { ...this.#variables(args), [WATCH_ENV.stream]: stream.name },
        policyName: "sweep-devices",
        permissions: pulumi.output(this.#resources(args)).apply(sweepPermissions),
      },
      { parent: this },
    );
    return sweep.function;
  }

  #resources({ stream }: DeviceWatchArgs) {
    return { streamArn: stream.arn, tableArn: this.table.arn, topicArns: [this.topic.arn, this.feed.arn] };
  }

  #variables({ environment, config }: DeviceWatchArgs): Record<string, pulumi.Input<string>> {
    return {
      [WATCH_ENV.table]: this.table.name,
      [WATCH_ENV.mailTopic]: this.topic.arn,
      [WATCH_ENV.feedTopic]: this.feed.arn,
      [ENV.environment]: environment.suffix,
      [ENV.anomalyLimits]: JSON.stringify(config.anomalyLimits),
      [ENV.hotRetentionDays]: String(config.hotRetentionDays),
    };
  }
}

/** What the watch and the sweep have in common. */
function functionSettings({ environment, config }: DeviceWatchArgs) {
  const files = { [RULES_FILE]: rulesFileText(config.watchRules, config.watchQuiet), [NOTICES_FILE]: readNotices() };
  return { environment, config, files };
}

/** 2 MB per second of each shard for the watch alone. https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html */
function fanOut(
  name: string,
  { environment, stream }: DeviceWatchArgs,
  opts: pulumi.CustomResourceOptions,
): aws.kinesis.StreamConsumer {
  const { watchConsumer } = environment.names;
  return new aws.kinesis.StreamConsumer(
    name,
    {
      name: watchConsumer,
      streamArn: stream.arn,
      tags: tagsOf(environment, watchConsumer, "Reads the stream for the device watch"),
    },
    opts,
  );
}

function mappingSettings(
  { environment, config, bucket }: DeviceWatchArgs,
  eventSourceArn: pulumi.Output<string>,
): Omit<aws.lambda.EventSourceMappingArgs, "functionName"> {
  return {
    eventSourceArn,
    // What happened before there was a watch is no news.
    startingPosition: "LATEST",
    batchSize: WATCH_BATCH.records,
    maximumBatchingWindowInSeconds: config.watchWindowSeconds,
    // The function judges a shard's records in order, a batch at a time.
    parallelizationFactor: 1,
    maximumRetryAttempts: -1,
    maximumRecordAgeInSeconds: WATCH_BATCH.maxAgeSeconds,
    bisectBatchOnFunctionError: true,
    functionResponseTypes: ["ReportBatchItemFailures"],
    destinationConfig: { onFailure: { destinationArn: bucket.arn } },
    metricsConfig: { metrics: ["EventCount"] },
    tags: tagsOf(environment, environment.names.watch, "From the stream to the device watch"),
  };
}
