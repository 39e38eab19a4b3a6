/** Lambda events of a plant's usual readings: four sensor types, 250 devices, metadata of three fields, one in a hundred out of bounds. */

const TYPES = ["temperature", "pressure", "vibration", "humidity"];
const FIRST_SEQUENCE = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n;
const ARRIVED_AT = 1_767_225_600_000;

/**
 * An event of `count` records, the same each time.
 * @param {number} count
 * @param {number} perMessage Readings in each.
 */
export function event(count, perMessage = 1) {
  return { Records: Array.from({ length: count }, (_, place) => record(place, perMessage)) };
}

/**
 * A message of one reading, or the same with its readings a second apart.
 * @param {Record<string, unknown>} reading
 * @param {number} perMessage
 */
function messageOf(reading, perMessage) {
  if (perMessage === 1) return reading;
  const { value, timestamp, ...shared } = reading;
  const readings = Array.from({ length: perMessage }, (_, at) => ({
    value: Number(value) + at / 100,
    timestamp: Number(timestamp) - 1000 * at,
  }));
  return { ...shared, readings };
}

/**
 * @param {number} place
 * @param {number} perMessage
 */
function record(place, perMessage) {
  const deviceId = `sensor-${String(place % 250).padStart(4, "0")}`;
  const sequenceNumber = String(FIRST_SEQUENCE + BigInt(place));
  const reading = {
    deviceId,
    sensorType: TYPES[place % TYPES.length],
    // 7919 is a prime: values that look random and are the same in each run.
    value: place % 100 === 37 ? 900.5 : ((place * 7919) % 10_000) / 100,
    timestamp: ARRIVED_AT - 60_000 + place,
    metadata: { location: `assembly-line-${place % 7}`, firmware: "2.4.1", plant: "sao-jose" },
  };
  return {
    awsRegion: "sa-east-1",
    eventID: `shardId-000000000000:${sequenceNumber}`,
    eventName: "aws:kinesis:record",
    eventSource: "aws:kinesis",
    eventSourceARN: "arn:aws:kinesis:sa-east-1:123456789012:stream/iot-sensor-stream-dev",
    eventVersion: "1.0",
    invokeIdentityArn: "arn:aws:iam::123456789012:role/iot-processor-lambda-role-dev",
    kinesis: {
      approximateArrivalTimestamp: (ARRIVED_AT + place) / 1000,
      data: Buffer.from(JSON.stringify(messageOf(reading, perMessage))).toString("base64"),
      kinesisSchemaVersion: "1.0",
      partitionKey: deviceId,
      sequenceNumber,
    },
  };
}
