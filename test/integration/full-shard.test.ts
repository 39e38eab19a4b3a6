import { connectAsync } from "mqtt";
import { afterAll, describe, expect, it } from "vitest";
import { iotAgainst } from "../helpers/iot-command";
import { eventually, killLeftRuns, LocalRun, summaryOf } from "../helpers/local-run";
import { hasRuleErrors } from "../helpers/rule-errors";

const DEVICES = 8;
const MESSAGES_OF_EACH = 20;
const ALL = DEVICES * MESSAGES_OF_EACH;
/** A shard takes 1 MB in a second, and the rule tries for ten: 16 MB are too many. */
const NOTE = "x".repeat(100_000);

afterAll(killLeftRuns);

/** A device that sends all it has at once. */
async function burst(thing: string, mqttPort: number): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { clientId: thing });
  const reading = (place: number) => ({
    deviceId: thing,
    sensorType: "temperature",
    value: place,
    timestamp: 1767225600000 + place,
    metadata: { note: NOTE },
  });
  const publishes = Array.from({ length: MESSAGES_OF_EACH }, (_, place) =>
    client.publishAsync(`sensor/data/${thing}`, JSON.stringify(reading(place)), { qos: 1 }),
  );
  await Promise.all(publishes);
  await client.endAsync();
}

describe("a shard that is full", () => {
  it("refuses, the rule's error log keeps each message that found no room, and a replay stores them all", async () => {
    const run = new LocalRun("--devices 0 --json --config shardCount=1 --config batchSize=10");
    const { mqttPort, endpoint } = await run.ready();
    await Promise.all(Array.from({ length: DEVICES }, (_, device) => burst(`press-${device}`, mqttPort)));

    await eventually("the log has the first that found no room", () => hasRuleErrors(endpoint));
    let logged = 0;
    await eventually("the log has all that found no room", async () => {
      const before = logged;
      logged = Number((await iotAgainst(endpoint, "replay rule-errors --dry-run")).lines[0]?.records);
      return logged > 0 && logged === before;
    });
    expect(logged).toBeLessThan(ALL);
    const replayed = await iotAgainst(endpoint, "replay rule-errors");
    expect(replayed).toMatchObject({ status: 0, lines: [{ records: logged, failed: 0 }] });

    run.interrupt();
    const ended = await run.ended;
    expect(summaryOf(ended)).toMatchObject({ external: { taken: ALL, stored: ALL, ruleErrors: 0, lost: 0 } });
    expect(ended.err).toMatch(/the rule's action fails .*: Rate exceeded for shard/);
  });
});
