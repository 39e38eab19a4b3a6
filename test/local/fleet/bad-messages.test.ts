import { describe, expect, it } from "vitest";
import { streamRecord } from "../../../contract/stream-record";
import { checkRecord } from "../../../lambda/reading/check-record";
import { readRules } from "../../../lambda/reading/settings";
import { SPOILERS, spoil } from "../../../local/fleet/bad-messages";
import { seededRandom } from "../../../local/fleet/random";
import { ReadingSource } from "../../../local/fleet/readings";
import { kinesisRecord } from "../../helpers/kinesis-records";

const NOW = 1_767_225_600_000;
const LIMITS = { temperature: { min: 0, max: 100 } };
const good = () => new ReadingSource("sensor-001", LIMITS, seededRandom(1)).next(NOW, false);

/** Whether the processor would store it. */
function isStored(payload: Buffer): boolean {
  return checkRecord(streamRecord(kinesisRecord(0, payload, { arrivedAt: NOW })), readRules({})).ok;
}

describe("the fleet's messages", () => {
  it("are stored where nothing was spoiled", () => {
    expect(isStored(Buffer.from(JSON.stringify(good())))).toBe(true);
  });

  it.each(Object.entries(SPOILERS))("are set aside where they were spoiled: %s", (_name, spoiler) => {
    expect(isStored(Buffer.from(spoiler(good(), "bad-1")))).toBe(false);
  });

  it.each(Object.entries(SPOILERS))("are like no other where they were spoiled: %s", (_name, spoiler) => {
    const payload = (mark: string) => Buffer.from(spoiler(good(), mark)).toString("base64");
    expect(payload("bad-1")).not.toBe(payload("bad-2"));
  });

  it("are spoiled in every way, by chance", () => {
    const random = seededRandom(1);
    const seen = new Set(Array.from({ length: 500 }, () => spoil(good(), "bad-1", random).toString("base64")));
    expect(seen.size).toBe(Object.keys(SPOILERS).length);
  });
});
