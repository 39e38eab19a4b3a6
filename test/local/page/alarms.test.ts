import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { beforeEach, describe, expect, it } from "vitest";
import { pageAlarms } from "../../../local/page/alarms";
import { newDevice } from "../../../watch/machine/device-state";
import { checkWatchRules } from "../../../watch/rules/check-rules";
import { RuleSet } from "../../../watch/rules/rule-set";
import { decide } from "../../../watch/store/decide";
import { mockClient } from "../../helpers/mocked-clients";
import { MemoryStore } from "../../lambda/watch/memory-store";

const checked = checkWatchRules({
  hot: { sensorType: "temperature", above: 90 },
  odd: { sensorType: "pressure", anomaly: true },
  band: { sensorType: "flow", outside: [1, 2] },
  elsewhere: { device: "pump-*", sensorType: "temperature", below: 3 },
  quiet: { silentFor: "5m" },
});
const rules = new RuleSet(checked.ok ? checked.rules : [], [], new Map([["pressure", { max: 200 }]]));
const documents = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: "sa-east-1" }));

let store: MemoryStore;
const alarms = () => pageAlarms({ rules, store }, client, "watch");
beforeEach(async () => {
  store = new MemoryStore(rules);
  const now = Date.now();
  const reading = { type: "reading", sensorType: "temperature", isAnomaly: false, quality: "good" } as const;
  await decide("boiler-1", [{ ...reading, value: 95, time: now, arrivedAt: now }], undefined, { store, rules });
});

describe("the page's alarms", () => {
  it("lists what is not normal", async () => {
    expect(newDevice().alarms.size).toBe(0);
    expect(await alarms().list()).toEqual([
      expect.objectContaining({ alarm: "boiler-1/hot/temperature#1", state: "active", value: 95, limit: 90 }),
    ]);
  });

  it("acknowledges, shelves and takes from the shelf, each with who did it", async () => {
    const name = "boiler-1/hot/temperature#1";
    const { carryOut, list } = alarms();
    expect(await carryOut({ alarm: name, deed: "ack", by: "ana" })).toEqual({ ok: true, stored: expect.anything() });
    expect(await carryOut({ alarm: name, deed: "shelve", by: "ana", note: "cleaning", forMs: 60_000 })).toMatchObject({
      ok: true,
    });
    expect(await list()).toMatchObject([{ state: "acknowledged", acknowledgedBy: "ana", shelved: true }]);
    expect(await carryOut({ alarm: name, deed: "unshelve", by: "bia" })).toMatchObject({ ok: true });
    expect(await carryOut({ alarm: name, deed: "unshelve", by: "bia" })).toEqual({
      ok: false,
      problem: "it is not shelved",
    });
  });

  it.each([
    [undefined],
    ["ack"],
    [{ alarm: "boiler-1/hot/temperature#1", deed: "ack" }],
    [{ alarm: "boiler-1/hot/temperature#1", deed: "ack", by: "" }],
    [{ alarm: "boiler-1/hot/temperature#1", deed: "ack", by: "a".repeat(201) }],
    [{ alarm: "boiler-1/hot/temperature", deed: "ack", by: "ana" }],
    [{ alarm: "boiler-1", deed: "unshelve", by: "ana" }],
    [{ alarm: "boiler 1/hot", deed: "unshelve", by: "ana" }],
    [{ alarm: "boiler-1/hot/temperature", deed: "shelve", by: "ana" }],
    [{ alarm: "boiler-1/hot/temperature", deed: "shelve", by: "ana", forMs: -1 }],
    [{ alarm: "boiler-1/hot/temperature", deed: "forget", by: "ana" }],
  ])("refuses %j, and changes nothing", async (deed) => {
    const writes = store.writes.length;
    expect(await alarms().carryOut(deed)).toEqual({
      ok: false,
      problem: "a deed must name an alarm, what to do, and who does it",
    });
    expect(store.writes.length).toBe(writes);
  });

  it("gives a device's limits and latest occurrences", async () => {
    documents.on(QueryCommand).resolves({
      Items: [
        { deviceId: "boiler-1", item: "occ#2", key: "hot/temperature", n: 1, raisedAt: 2, raiseTold: true },
        { deviceId: "boiler-1", item: "occ#1", key: "hot/temperature", shelf: "shelve", at: 1 },
      ],
    });
    const { limits, occurrences } = await alarms().ofDevice("boiler-1");
    expect(limits).toEqual([
      { rule: "hot", sensorType: "temperature", high: 90 },
      { rule: "odd", sensorType: "pressure", high: 200 },
      { rule: "band", sensorType: "flow", low: 1, high: 2 },
    ]);
    expect(occurrences).toMatchObject([{ key: "hot/temperature", n: 1, raisedAt: 2, isRaiseTold: true }]);
  });
});
