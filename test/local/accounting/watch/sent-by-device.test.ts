import { describe, expect, it } from "vitest";
import { seenRecord, unitsOf } from "../../../../local/accounting/seen-record";
import { sentByDevice } from "../../../../local/accounting/watch/sent-by-device";

const ARRIVED_AT = 1_767_225_600_000;

/** A record of the stream by its message. */
const record = (n: number, message: object, arrivedAt = ARRIVED_AT) => {
  const data = Buffer.from(JSON.stringify(message)).toString("base64");
  return [
    `shardId-0:${n}`,
    seenRecord({ shardId: "shardId-0", sequenceNumber: String(n), partitionKey: "a", arrivedAt, data }),
  ] as const;
};

describe("sentByDevice", () => {
  it("gives each device's readings in the stream's order, by their own time or their arrival", () => {
    const records = new Map([
      record(1, { deviceId: "a", sensorType: "temperature", value: 1, timestamp: ARRIVED_AT - 500 }),
      record(2, { deviceId: "a", sensorType: "vibração", value: 2 }, ARRIVED_AT + 1),
      record(3, {
        deviceId: "a",
        readings: [
          { sensorType: "x", value: 3 },
          { sensorType: "y", value: "?" },
        ],
      }),
      record(4, { deviceId: "a", sensorType: "temperature", value: 4, timestamp: ARRIVED_AT + 9000 }),
    ]);
    expect(sentByDevice(records, new Map())).toEqual(
      new Map([
        [
          "a",
          [
            { sensorType: "temperature", value: 1, time: ARRIVED_AT - 500, arrivedAt: ARRIVED_AT },
            { sensorType: "vibração", value: 2, time: ARRIVED_AT + 1, arrivedAt: ARRIVED_AT + 1 },
            { sensorType: "x", value: 3, time: ARRIVED_AT, arrivedAt: ARRIVED_AT },
            { sensorType: "temperature", value: 4, time: ARRIVED_AT, arrivedAt: ARRIVED_AT },
          ],
        ],
      ]),
    );
  });

  it("keeps a message's readings of a sensor apart, where they have no time or one that is ahead", () => {
    const timesOf = (times: readonly (number | undefined)[]) => {
      const readings = times.map((at, value) => ({ value, ...(at !== undefined && { timestamp: ARRIVED_AT + at }) }));
      const sent = sentByDevice(new Map([record(1, { deviceId: "a", sensorType: "t", readings })]), new Map());
      return sent.get("a")?.map(({ time }) => time - ARRIVED_AT);
    };
    expect(timesOf([undefined, undefined, undefined])).toEqual([-2, -1, 0]);
    expect(timesOf([58_000, 59_000, 60_000])).toEqual([-2000, -1000, 0]);
    expect(timesOf([-1000, 3_600_000])).toEqual([-1000, 0]);
  });

  it("leaves out what is rejected, and what came too late to be judged", () => {
    const rejected = new Map([record(1, { deviceId: "a", sensorType: "t", value: 1e300 })]);
    const records = new Map([
      ...rejected,
      record(2, { deviceId: "a", sensorType: "t", value: 2, timestamp: ARRIVED_AT - 5 * 60_000 - 1 }),
    ]);
    expect(sentByDevice(records, unitsOf(rejected))).toEqual(new Map());
  });
});
