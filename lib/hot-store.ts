import * as pulumi from "@pulumi/pulumi";
import { ATTRIBUTE, SENSOR_TYPE_INDEX } from "../contract/item";
import * as aws from "./aws";
import { type Environment, tagsOf } from "./environment";

/** Arguments of `HotStore`. */
export interface HotStoreArgs {
  /** Where the stack is deployed, and its physical names. */
  readonly environment: Environment;
}

/** The hot tier: every reading of the last `hotRetentionDays`, by device and by sensor type. */
export class HotStore extends pulumi.ComponentResource {
  readonly table: aws.dynamodb.Table;

  constructor(name: string, { environment }: HotStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:HotStore", name, {}, opts);
    const tableName = environment.names.table;
    this.table = new aws.dynamodb.Table(
      `${name}-table`,
      {
        name: tableName,
        billingMode: "PAY_PER_REQUEST",
        hashKey: ATTRIBUTE.deviceId,
        rangeKey: ATTRIBUTE.timestampSensorType,
        attributes: [
          { name: ATTRIBUTE.deviceId, type: "S" },
          { name: ATTRIBUTE.timestampSensorType, type: "S" },
          { name: ATTRIBUTE.sensorTypeShard, type: "S" },
          { name: ATTRIBUTE.timestamp, type: "N" },
        ],
        globalSecondaryIndexes: [
          {
            name: SENSOR_TYPE_INDEX,
            keySchemas: [
              { attributeName: ATTRIBUTE.sensorTypeShard, keyType: "HASH" },
              { attributeName: ATTRIBUTE.timestamp, keyType: "RANGE" },
            ],
            projectionType: "ALL",
          },
        ],
        ttl: { attributeName: ATTRIBUTE.expirationTime, enabled: true },
        pointInTimeRecovery: { enabled: true },
        serverSideEncryption: { enabled: true },
        deletionProtectionEnabled: environment.protectData,
        tags: tagsOf(environment, tableName, "Hot tier: the readings of the last days"),
      },
      { parent: this },
    );
    this.registerOutputs({ tableName: this.table.name });
  }
}
