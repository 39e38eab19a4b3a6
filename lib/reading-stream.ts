import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "./config";
import { type Environment, tagsOf } from "./environment";
import { SHARD_LEVEL_METRICS } from "./metrics";

export interface ReadingStreamArgs {
  readonly environment: Environment;
  readonly config: Pick<StackConfig, "streamMode" | "shardCount" | "streamRetentionHours">;
}

/** The stream that parts what arrives from what is done with it. Each of its readers has every reading. */
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
        // Otherwise a consumer with enhanced fan-out keeps AWS from deleting the stream:
        // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html
        enforceConsumerDeletion: !environment.protectData,
        tags: tagsOf(environment, names.stream, "Readings on their way to the processor and the archive"),
      },
      { parent: this },
    );
    this.registerOutputs({ streamName: this.stream.name });
  }
}
