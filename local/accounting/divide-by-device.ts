import type { DatabaseSync } from "node:sqlite";

/** Tables of records: each has a device and a payload. */
const RECORDS = ["records", "rejected", "failed"];
/** Tables of what has a device. */
const OF_DEVICES = [...RECORDS, "items", "archiveRows"];
/** Tables of messages, whose id is their payload. */
const MESSAGES = ["entries", "external"];

/**
 * Gives each row the number of its part, and returns how many parts there are. A device is in one part, with every other one that has
 * sent the same payload; a message is where its records are. Messages without a record make parts of their own.
 */
export function divideByDevice(database: DatabaseSync, partSize: number): number {
  const values = (tables: readonly string[], columns: string) =>
    tables.map((table) => `SELECT ${columns} FROM ${table}`).join(" UNION ALL ");
  database.exec(`
    DROP TABLE IF EXISTS carriers;
    CREATE TABLE carriers (payload TEXT, device TEXT, PRIMARY KEY (payload, device)) WITHOUT ROWID;
    INSERT OR IGNORE INTO carriers ${values(RECORDS, "value ->> 'payload', value ->> 'device'")};
    DROP TABLE IF EXISTS devices;
    CREATE TABLE devices (id INTEGER PRIMARY KEY, device TEXT UNIQUE, size INTEGER, part INTEGER);
    INSERT INTO devices (device, size)
      SELECT device, count(*) FROM (${values(OF_DEVICES, "value ->> 'device' AS device")}) GROUP BY device;
  `);
  let parts = divideDevices(database, partSize);
  for (const table of OF_DEVICES)
    setPart(database, table, `SELECT part FROM devices WHERE device = ${table}.value ->> 'device'`);
  for (const table of MESSAGES) {
    setPart(
      database,
      table,
      `SELECT part FROM carriers JOIN devices USING (device) WHERE payload = ${table}.id LIMIT 1`,
    );
    database.exec(`UPDATE ${table} SET part = ${parts} + place / ${partSize} WHERE part IS NULL`);
    parts = Math.max(parts, 1 + Number(database.prepare(`SELECT max(part) AS last FROM ${table}`).get()?.last ?? -1));
  }
  return parts;
}

function setPart(database: DatabaseSync, table: string, part: string): void {
  database.exec(`
    DROP INDEX IF EXISTS ${table}OfPart;
    UPDATE ${table} SET part = (${part});
    CREATE INDEX ${table}OfPart ON ${table} (part);
  `);
}

/** Puts devices into parts until each is large enough, those together that share a payload; returns how many parts there are. */
function divideDevices(database: DatabaseSync, partSize: number): number {
  const setPart = database.prepare("UPDATE devices SET part = ? WHERE id = ?");
  let [part, size] = [0, 0];
  for (const group of groupsOf(database)) {
    const groupSize = group.reduce((sum, device) => sum + device.size, 0);
    if (size > 0 && size + groupSize > partSize) [part, size] = [part + 1, 0];
    size += groupSize;
    for (const { id } of group) setPart.run(part, id);
  }
  return size > 0 ? part + 1 : 0;
}

interface Device {
  readonly id: number;
  readonly size: number;
}

/** The devices, those together that share a payload. */
function groupsOf(database: DatabaseSync): Iterable<readonly Device[]> {
  const groups = new Map<number, Device[]>();
  for (const { id, size } of database.prepare("SELECT id, size FROM devices").iterate())
    groups.set(Number(id), [{ id: Number(id), size: Number(size) }]);
  const shared = database.prepare(`
    SELECT payload, id FROM carriers JOIN devices USING (device)
    WHERE payload IN (SELECT payload FROM carriers GROUP BY payload HAVING count(*) > 1) ORDER BY payload
  `);
  let [before, first]: [unknown, readonly Device[] | undefined] = [undefined, undefined];
  for (const { payload, id } of shared.iterate()) {
    const group = groups.get(Number(id)) ?? [];
    if (payload !== before || first === undefined) [before, first] = [payload, group];
    else if (group !== first) first = joined(groups, first, group);
  }
  return new Set(groups.values());
}

/** Joins two groups; each of their devices is in the result from now on. */
function joined(groups: Map<number, Device[]>, one: readonly Device[], other: readonly Device[]): Device[] {
  const [small, large] = one.length < other.length ? [one, other] : [other, one];
  const all = large as Device[];
  for (const device of small) {
    all.push(device);
    groups.set(device.id, all);
  }
  return all;
}
