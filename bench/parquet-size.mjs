/** `node bench/parquet-size.mjs`: how large the archive's objects get at some rates, as Parquet with Snappy, by the table's own columns. */
import { parquetWriteBuffer } from "hyparquet-writer";
import requireNode from "../scripts/require-node.mjs";
import { event } from "./events.mjs";

requireNode();
const { READINGS_COLUMNS } = await import("../contract/columns.ts");
const { ARCHIVE_BUFFER } = await import("../lib/sizes.ts");

/** @type {Readonly<Record<string, import("hyparquet-writer").BasicType>>} */
const TYPES = { string: "STRING", double: "DOUBLE", boolean: "BOOLEAN", timestamp: "TIMESTAMP" };
/** Enough to know the size of a row; more rows of one object compress alike. */
const MOST_ROWS = 200_000;

/** @param {number} count */
function rows(count) {
  return event(count).Records.map(({ kinesis }, place) => {
    const reading = JSON.parse(Buffer.from(kinesis.data, "base64").toString());
    return {
      device_id: reading.deviceId,
      sensor_type: reading.sensorType,
      value: reading.value,
      event_time: new Date(reading.timestamp),
      arrived_at: new Date(kinesis.approximateArrivalTimestamp * 1000),
      is_anomaly: place % 100 === 37,
      reading_key: `${reading.timestamp}#${reading.sensorType}`,
      shard_id: `shardId-00000000000${place % 4}`,
      sequence_number: kinesis.sequenceNumber,
      metadata: JSON.stringify(reading.metadata),
    };
  });
}

/** @param {ReturnType<typeof rows>} sample */
function parquetBytes(sample) {
  const columnData = READINGS_COLUMNS.map(({ name, type }) => ({
    name,
    type: TYPES[type] ?? "STRING",
    nullable: true,
    data: sample.map((row) => row[name]),
  }));
  return parquetWriteBuffer({ columnData, codec: "SNAPPY" }).byteLength;
}

console.log("| readings per second | an object every | readings in it | its size |\n| ---: | ---: | ---: | ---: |");
const rowBytes = JSON.stringify(rows(1_000)).length / 1_000;
for (const rate of [1, 10, 100, 1_000, 4_000]) {
  const seconds = Math.min(ARCHIVE_BUFFER.seconds, (ARCHIVE_BUFFER.megabytes * 1024 ** 2) / rowBytes / rate);
  const count = Math.round(rate * seconds);
  const sample = Math.min(count, MOST_ROWS);
  const kilobytes = (parquetBytes(rows(sample)) * count) / sample / 1000;
  const size = kilobytes < 1000 ? `${kilobytes.toFixed(0)} kB` : `${(kilobytes / 1000).toFixed(1)} MB`;
  console.log(`| ${rate.toLocaleString("en")} | ${Math.round(seconds)} s | ${count.toLocaleString("en")} | ${size} |`);
}
