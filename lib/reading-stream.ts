import * as pulumi from "@pulumi/pulumi";
import * as aws from "./aws";
import type { StackConfig } from "./config";
import { type Environment, tagsOf } from "./environment";
import { SHARD_LEVEL_METRICS } from "./metrics";

/** Arguments of `ReadingStream`. */
export interface ReadingStreamArgs {
  /** Where the stack is deployed, and its physical names. */
  readonly environment: Environment;
  /** Keys of the configuration that this part reads. */
  readonly config: Pick<StackConfig, "streamMode" | "shardCount" | "streamRetentionHours">;
}

/** The stream between ingestion and its readers. Each reader receives every record. */
export class ReadingStream extends pulumi.ComponentResource {
  readonly stream: aws.kinesis.Stream;

  constructor(name: string, { environment, config }: ReadingStreamArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:ReadingStream", name, {}, opts);
    const { names } = environment;
    const onDemand = config.streamMode === "ON_DEMAND";
    this.stream = new aws.kinesis.Stream(
      `${name}-stream`,
      {
        name: names.stream,
        streamModeDetails: { streamMode: config.streamMode },
        ...(onDemand ? {} : { shardCount: config.shardCount }),
        retentionPeriod: config.streamRetentionHours,
        shardLevelMetrics: [...SHARD_LEVEL_METRICS],
        encryptionType: "KMS",
        kmsKeyId: "alias/aws/kinesis",
        // AWS refuses to delete a stream with a registered fan-out consumer unless this is set:
        // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html
        enforceConsumerDeletion: !environment.protectData,
        tags: tagsOf(environment, names.stream, "Readings on their way to the processor and the archive"),
      },
      { parent: this },
    );
    this.registerOutputs({ streamName: this.stream.name });
  }
}
