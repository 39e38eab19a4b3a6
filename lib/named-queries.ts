import { ARRIVAL_HOUR, READINGS_TABLE, REJECTED_TABLE } from "../contract/columns";

/** A query of the history, in SQL that Athena and DuckDB both accept, with a `?` for each parameter. */
export interface NamedQuery {
  /** Its name in Athena's list. */
  readonly name: string;
  /** One sentence: what it answers. */
  readonly description: string;
  /** The parameters in the order of their `?`; each is a string. */
  readonly parameters: readonly QueryParameter[];
  /** The query. */
  readonly sql: string;
}

/** A parameter of a named query. */
export interface QueryParameter {
  /** Its name as an option of `iot history`. */
  readonly name: string;
  /** What it means, with its format or unit. */
  readonly description: string;
  /** The value if it is not given. @default none: the parameter is required */
  readonly default?: string;
}

const FROM: QueryParameter = { name: "from", description: "first hour of arrival, UTC, yyyy/MM/dd/HH" };
const TO: QueryParameter = { name: "to", description: "last hour of arrival, UTC, yyyy/MM/dd/HH" };

const HOURS = [FROM, TO, FROM];

/**
 * Each reading of the hours once. A device can send a reading again, and Firehose delivers at least once. As in the hot tier, of several
 * readings with one identity the last to arrive counts; of two in one millisecond, the later one in the shard. Sequence numbers are strings
 * here, so the longer one is the higher one. A record that was rejected whole is no reading, even if it is in the archive; of one that was
 * rejected in part, the archive has the good readings alone. Every query begins with this, and with the hours as its parameters. An object
 * is stored under the hour of its oldest reading, so the last hour can include readings of the next hour, as many as arrive while the
 * buffer fills.
 */
const ONCE = `WITH once AS (
  SELECT * FROM (
    SELECT r.*, row_number() OVER (
      PARTITION BY r.device_id, r.reading_key
      ORDER BY r.arrived_at DESC, length(r.sequence_number) DESC, r.sequence_number DESC
    ) AS place
    FROM ${READINGS_TABLE} r
    WHERE r.${ARRIVAL_HOUR} BETWEEN ? AND ?
      AND NOT EXISTS (
        SELECT 1 FROM ${REJECTED_TABLE} x
        WHERE x.${ARRIVAL_HOUR} >= ? AND x.entries IS NULL
          AND x.shardid = r.shard_id AND x.sequencenumber = r.sequence_number
      )
  ) AS ranked
  WHERE place = 1
)`;

/** When a device sent a reading: the device's time, or the arrival if the device's clock is ahead. */
const HEARD_AT = "least(event_time, arrived_at)";

/** The queries that a plant needs from the first day. */
export const NAMED_QUERIES: readonly NamedQuery[] = [
  {
    name: "device-day",
    description: "All readings of one device, in the order of its own clock.",
    parameters: [...HOURS, { name: "device", description: "the thing's name" }],
    sql: `${ONCE}
SELECT event_time, sensor_type, value, is_anomaly, metadata
FROM once
WHERE device_id = ?
ORDER BY event_time, sensor_type`,
  },
  {
    name: "hourly-values",
    description: "Lowest, average and highest value of each sensor type, hour by hour.",
    parameters: HOURS,
    sql: `${ONCE}
SELECT date_trunc('hour', event_time) AS event_hour, sensor_type, count(*) AS readings,
  min(value) AS lowest, avg(value) AS average, max(value) AS highest
FROM once
GROUP BY 1, 2
ORDER BY 1, 2`,
  },
  {
    name: "anomalies-by-device",
    description: "Anomalies of each device: how many, how far out of bounds, and how many with a clock that was ahead.",
    parameters: HOURS,
    sql: `${ONCE}
SELECT device_id, sensor_type, count(*) AS anomalies, min(value) AS lowest, max(value) AS highest,
  max(${HEARD_AT}) AS latest, count(CASE WHEN event_time > arrived_at + interval '60' second THEN 1 END) AS clock_ahead
FROM once
WHERE is_anomaly
GROUP BY device_id, sensor_type
ORDER BY anomalies DESC, device_id, sensor_type`,
  },
  {
    name: "gaps",
    description: "Devices that were silent for longer than a number of minutes, and when.",
    parameters: [...HOURS, { name: "minutes", description: "the longest silence that is not a gap", default: "15" }],
    sql: `${ONCE},
steps AS (
  SELECT device_id, ${HEARD_AT} AS silent_until,
    lag(${HEARD_AT}) OVER (PARTITION BY device_id ORDER BY ${HEARD_AT}) AS silent_from
  FROM once
)
SELECT device_id, silent_from, silent_until,
  floor(date_diff('millisecond', silent_from, silent_until) / 60000e0) AS minutes
FROM steps
WHERE date_diff('millisecond', silent_from, silent_until) > 60000 * CAST(? AS integer)
ORDER BY minutes DESC, device_id, silent_from`,
  },
  {
    name: "late-arrivals",
    description: "Readings that arrived more than a number of seconds after their own time, by device.",
    parameters: [...HOURS, { name: "seconds", description: "the longest delay that is not late", default: "60" }],
    sql: `${ONCE}
SELECT device_id, count(*) AS readings, max(date_diff('millisecond', event_time, arrived_at)) / 1000e0 AS seconds
FROM once
WHERE date_diff('millisecond', event_time, arrived_at) > 1000 * CAST(? AS integer)
GROUP BY device_id
ORDER BY seconds DESC, device_id`,
  },
  {
    name: "rejections",
    description: "How many records of each device were rejected, by reason; each record once.",
    parameters: [FROM, TO],
    // A crash or a replay can repeat a record's line.
    sql: `WITH records AS (
  SELECT shardid, sequencenumber, max(reason) AS reason, max(partitionkey) AS device_id, max(arrivedat) AS arrivedat
  FROM ${REJECTED_TABLE}
  WHERE ${ARRIVAL_HOUR} BETWEEN ? AND ?
  GROUP BY shardid, sequencenumber
)
SELECT reason, device_id, count(*) AS records, max(arrivedat) AS latest_arrival_ms
FROM records
GROUP BY reason, device_id
ORDER BY records DESC, reason, device_id`,
  },
];
