import type * as pulumi from "@pulumi/pulumi";
import { DUE_INDEX, LISTED_INDEX, LISTED_PROJECTION, WATCH_ATTRIBUTE } from "../contract/watch";
import * as aws from "./aws";
import { type Environment, tagsOf } from "./environment";

/**
 * The device watch's table: an item for each device's state, and the history of its alarms. Both indexes are sparse: they hold a device
 * only while something of it is due or listed.
 */
export function watchTable(
  name: string,
  environment: Environment,
  opts: pulumi.CustomResourceOptions,
): aws.dynamodb.Table {
  const tableName = environment.names.watchTable;
  const { deviceId, item, dueBucket, dueAt, listed, expirationTime } = WATCH_ATTRIBUTE;
  return new aws.dynamodb.Table(
    name,
    {
      name: tableName,
      billingMode: "PAY_PER_REQUEST",
      hashKey: deviceId,
      rangeKey: item,
      attributes: [
        { name: deviceId, type: "S" },
        { name: item, type: "S" },
        { name: dueBucket, type: "S" },
        { name: dueAt, type: "N" },
        { name: listed, type: "S" },
      ],
      globalSecondaryIndexes: [
        {
          name: DUE_INDEX,
          keySchemas: [
            { attributeName: dueBucket, keyType: "HASH" },
            { attributeName: dueAt, keyType: "RANGE" },
          ],
          projectionType: "KEYS_ONLY",
        },
        {
          name: LISTED_INDEX,
          keySchemas: [
            { attributeName: listed, keyType: "HASH" },
            { attributeName: deviceId, keyType: "RANGE" },
          ],
          projectionType: "INCLUDE",
          nonKeyAttributes: [...LISTED_PROJECTION],
        },
      ],
      ttl: { attributeName: expirationTime, enabled: true },
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: environment.protectData,
      tags: tagsOf(environment, tableName, "Device watch: states and history of alarms"),
    },
    opts,
  );
}
