import { beforeAll, describe, expect, it } from "vitest";
import type { Recording } from "../../local/stack/recording";
import { recordStack, tags } from "../helpers/stack";

let stack: Recording;
beforeAll(async () => {
  stack = await recordStack();
});

describe("HotStore", () => {
  it("declares the table by device and time, and its index by sensor type", () => {
    expect(stack.only("aws:dynamodb/table:Table").inputs).toEqual({
      name: "iot-sensor-data-dev",
      billingMode: "PAY_PER_REQUEST",
      hashKey: "deviceId",
      rangeKey: "timestampSensorType",
      attributes: [
        { name: "deviceId", type: "S" },
        { name: "timestampSensorType", type: "S" },
        { name: "sensorTypeShard", type: "S" },
        { name: "timestamp", type: "N" },
      ],
      globalSecondaryIndexes: [
        {
          name: "SensorTypeIndex",
          keySchemas: [
            { attributeName: "sensorTypeShard", keyType: "HASH" },
            { attributeName: "timestamp", keyType: "RANGE" },
          ],
          projectionType: "ALL",
        },
      ],
      ttl: { attributeName: "expirationTime", enabled: true },
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: false,
      tags: tags("iot-sensor-data-dev", "Hot tier: the readings of the last days"),
    });
  });
});
