import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { follow, LATE_MS } from "../../../cli/readings/follow";
import { latestOfEachType } from "../../../cli/readings/latest";
import { aheadInWords, readingWriter } from "../../../cli/readings/reading-writer";
import { HotReadings } from "../../../stores/hot-readings";
import { inTimeOrder } from "../../../stores/in-time-order";
import type { StoredReading } from "../../../stores/unpacked";
import { recordingIo } from "../../helpers/recording-io";

const documents = mockClient(DynamoDBDocumentClient);
const hot = new HotReadings(new DynamoDBClient({ region: "sa-east-1" }), "iot-sensor-data-dev");
const T = 1_767_225_600_000;
const span = { from: T, until: T + 1000, now: T + 500 };

const reading = (timestamp: number, deviceId = "sensor-001", sensorType = "temperature"): StoredReading => ({
  deviceId,
  key: `${timestamp}#${sensorType}`,
  timestamp,
  sensorType,
  value: 1,
  isAnomaly: false,
});
const item = ({ key, ...rest }: StoredReading) => ({ ...rest, timestampSensorType: key });
async function* each(...readings: StoredReading[]): AsyncGenerator<StoredReading> {
  yield* readings;
}
async function all(readings: AsyncIterable<StoredReading>): Promise<StoredReading[]> {
  const found: StoredReading[] = [];
  for await (const one of readings) found.push(one);
  return found;
}
const inputs = () => documents.commandCalls(QueryCommand).map(({ args: [{ input }] }) => input);

beforeEach(() => {
  documents.reset();
});

describe("HotReadings", () => {
  it("asks for a device's time and type, page by page, and never for what has expired", async () => {
    const [first, second] = [reading(T), { ...reading(T + 1), metadata: { line: 2 } }];
    documents
      .on(QueryCommand)
      .resolvesOnce({ Items: [item(first)], LastEvaluatedKey: { deviceId: "sensor-001" } })
      .resolves({ Items: [item(second)] });
    expect(await all(hot.ofDevice("sensor-001", span, "temperature"))).toEqual([first, second]);
    const query = {
      TableName: "iot-sensor-data-dev",
      KeyConditionExpression: "#device = :device AND #key BETWEEN :from AND :until",
      FilterExpression: "#expires > :now AND #type = :type",
      ExpressionAttributeNames: {
        "#expires": "expirationTime",
        "#device": "deviceId",
        "#key": "timestampSensorType",
        "#type": "sensorType",
      },
      ExpressionAttributeValues: {
        ":device": "sensor-001",
        ":from": "1767225000000",
        ":until": "1767225601000",
        ":now": 1_767_225_600,
        ":type": "temperature",
      },
      ScanIndexForward: true,
    };
    // The paginator asks with one object, whose start key it moves on.
    expect(inputs()).toEqual(Array(2).fill({ ...query, ExclusiveStartKey: { deviceId: "sensor-001" } }));
  });

  it("asks every shard of a sensor type, and merges them", async () => {
    documents.on(QueryCommand).callsFake(({ ExpressionAttributeValues }) => {
      const shard = Number(ExpressionAttributeValues[":shard"].slice(-2));
      return { Items: [reading(T + 10 - shard), reading(T + 20 + shard)].map(item) };
    });
    const found = (await all(hot.ofType("temperature", span))).map(({ timestamp }) => timestamp);
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(found).toHaveLength(20);
    expect(inputs().map(({ ExpressionAttributeValues }) => ExpressionAttributeValues?.[":shard"])).toEqual(
      Array.from({ length: 10 }, (_, shard) => `temperature#0${shard}`),
    );
    expect(inputs()[9]).toEqual({
      TableName: "iot-sensor-data-dev",
      IndexName: "SensorTypeIndex",
      KeyConditionExpression: "#shard = :shard AND #timestamp BETWEEN :from AND :last",
      FilterExpression: "#expires > :now",
      ExpressionAttributeNames: {
        "#expires": "expirationTime",
        "#shard": "sensorTypeShard",
        "#timestamp": "timestamp",
      },
      ExpressionAttributeValues: {
        ":shard": "temperature#09",
        ":from": T - 600_000,
        ":last": T + 999,
        ":now": 1_767_225_600,
      },
    });
  });
});

describe("inTimeOrder", () => {
  it("ends where all sources have ended, and takes empty ones", async () => {
    const merged = inTimeOrder([each(reading(2), reading(3)), each(), each(reading(1), reading(4))]);
    expect((await all(merged)).map(({ timestamp }) => timestamp)).toEqual([1, 2, 3, 4]);
    expect(await all(inTimeOrder([]))).toEqual([]);
  });
});

describe("follow", () => {
  it("shows each reading once, and one that is stored a little late", async () => {
    const stored = [reading(T), reading(T + LATE_MS)];
    const asked: number[] = [];
    const looks = [() => stored.push(reading(T + 5)), () => stored.push(reading(T + LATE_MS + 10)), () => {}];
    const shown: number[] = [];
    const following = follow(T, {
      from: (ms) => {
        asked.push(ms);
        return each(...stored.filter(({ timestamp }) => timestamp >= ms));
      },
      now: () => T + LATE_MS + 20,
      pause: async () => {
        const next = looks.shift();
        if (next === undefined) throw new Error("enough");
        next();
      },
    });
    await expect(
      (async () => {
        for await (const { timestamp } of following) shown.push(timestamp - T);
      })(),
    ).rejects.toThrow("enough");
    expect(shown).toEqual([0, LATE_MS, 5, LATE_MS + 10]);
    expect(asked).toEqual([T, T, T, T + 10]);
  });
});

describe("follow, beside a clock that is ahead", () => {
  it("goes on showing what the others say", async () => {
    // The others are two minutes late, as in a batch that waits.
    const stored = [reading(T), reading(T + 7_200_000, "ahead")];
    const looks = [() => stored.push(reading(T + 2000)), () => stored.push(reading(T + 4000)), () => {}];
    const shown: number[] = [];
    let now = T + 2 * LATE_MS;
    const following = follow(T, {
      from: (ms) => each(...stored.filter(({ timestamp }) => timestamp >= ms)),
      now: () => now,
      pause: async () => {
        const next = looks.shift();
        if (next === undefined) throw new Error("enough");
        now += 2000;
        next();
      },
    });
    await expect(
      (async () => {
        for await (const { timestamp } of following) shown.push(timestamp - T);
      })(),
    ).rejects.toThrow("enough");
    expect(shown).toEqual([0, 7_200_000, 2000, 4000]);
  });
});

describe("aheadInWords", () => {
  it.each([
    [0, ""],
    [61_000, "1 min"],
    [7_199_000, "120 min"],
    [7_200_000, "2 h"],
    [72_000_000, "20 h"],
  ])("of %d ms is %j", (ms, words) => {
    expect(aheadInWords(ms)).toBe(words);
  });
});

describe("latestOfEachType, beside a clock that is ahead", () => {
  it("is the present state, and then what is ahead of now", async () => {
    const ahead = reading(T + 7_200_000, "d", "temperature");
    const present = [reading(T, "d", "temperature"), reading(T - 1, "d", "pressure")];
    expect(await latestOfEachType(each(ahead, ...present), T)).toEqual([...present, ahead]);
  });

  it.each([
    [60_000, false],
    [60_001, true],
  ])("takes a clock that is %d ms ahead for wrong: %s", async (ms, isAhead) => {
    const one = reading(T + ms, "d", "temperature");
    const other = reading(T, "d", "temperature");
    expect(await latestOfEachType(each(one, other), T)).toEqual(isAhead ? [other, one] : [one]);
  });
});

describe("latestOfEachType", () => {
  it("is what the device has reported in the hour before its last reading", async () => {
    const found = await latestOfEachType(
      each(
        reading(T, "d", "temperature"),
        reading(T - 1, "d", "pressure"),
        reading(T - 2, "d", "temperature"),
        reading(T - 3_600_001, "d", "removed-probe"),
      ),
      T,
    );
    expect(found.map(({ sensorType, timestamp }) => [sensorType, timestamp - T])).toEqual([
      ["temperature", 0],
      ["pressure", -1],
    ]);
  });
});

describe("readingWriter", () => {
  const written = (format: "table" | "json" | "csv") => {
    const io = recordingIo();
    readingWriter(format, io)({ ...reading(T, "d", "evil\u009b2J"), isAnomaly: true, metadata: { a: "b,c" } });
    return io.results;
  };

  it("writes a line a reading, and lets no text steer the terminal", () => {
    expect(written("table")).toEqual([
      "time                      device                sensorType            value         anomaly  ahead  metadata",
      '2026-01-01T00:00:00.000Z  d                     evil\\u009b2J          1             yes             {"a":"b,c"}',
    ]);
  });

  it("writes JSON and CSV for programs", () => {
    expect(written("json").map((line) => JSON.parse(line))).toEqual([
      {
        time: "2026-01-01T00:00:00.000Z",
        device: "d",
        sensorType: "evil\u009b2J",
        value: 1,
        anomaly: true,
        ahead: null,
        metadata: { a: "b,c" },
      },
    ]);
    expect(written("csv")).toEqual([
      "time,device,sensorType,value,anomaly,ahead,metadata\r",
      '2026-01-01T00:00:00.000Z,d,evil\\u009b2J,1,true,,"{""a"":""b,c""}"\r',
    ]);
  });
});
