import { beforeAll, expect, it } from "vitest";
import { describeWithEngine, stackFile } from "./engine-suite";
import { changes, plan } from "./plan";
import { brokenRules } from "./plan-rules";

const PLAIN = { environmentSuffix: "dev", protectData: false };
const WATCHED = {
  ...PLAIN,
  watchRules: { hot: { sensorType: "temperature", above: 90 }, quiet: { silentFor: "15m" } },
};
const CHANGED_RULES = { ...WATCHED.watchRules, hot: { sensorType: "temperature", above: 95 } };
const FANNED_OUT = { ...WATCHED, watchFanOut: true };
const UP = ["up", "--yes", "--skip-preview", "--stack", "dev"];
const isOfWatch = (name: string) => name.startsWith("iot-device-watch");
const OWN_ALARMS = [
  "iterator-age",
  "errors",
  "dropped",
  "lost",
  "destination-failures",
  "notices-dropped",
  "clock-behind",
]
  .map((key) => `iot-monitoring-watch-${key}`)
  .concat("iot-monitoring-sweep-missing", "iot-monitoring-outbox-age");

describeWithEngine("the device watch on the real engine", (deployment) => {
  /** What `pulumi up` changes in the account. */
  async function changedByUp(): Promise<string[]> {
    const { engine, account } = deployment();
    account.changes.length = 0;
    await engine.must(UP);
    return account.changes.map(({ operation, type, name }) => `${operation} ${type} ${name}`).sort();
  }

  beforeAll(async () => {
    const { engine } = deployment();
    await engine.init("dev", stackFile(FANNED_OUT));
    await engine.must(UP);
  });

  it("goes with the last rule, and leaves nothing of it", async () => {
    const { engine, account } = deployment();
    expect(JSON.stringify(account.all)).toMatch(/device-watch.*device-notices/s);
    await engine.configure("dev", stackFile(PLAIN));
    await engine.must(UP);
    expect(JSON.stringify(account.all)).not.toMatch(/device-watch|device-notices/);
  });

  it("comes with the first rule, again: the dashboard and an alarm's threshold change, and nothing else of the stack before", async () => {
    const { engine, account } = deployment();
    await engine.configure("dev", stackFile(WATCHED));
    const planned = await plan(engine, "dev");
    expect(brokenRules(planned)).toEqual([]);
    const found = changes(planned).filter(({ type }) => type.startsWith("aws:"));
    expect(found.filter(({ op }) => op !== "create").map(({ op, name }) => `${op} ${name}`)).toEqual([
      // The sweep reads what waits for a batch to fill.
      "update iot-monitoring-kinesis-iterator-age",
      "update iot-monitoring-dashboard",
    ]);
    const created = found.filter(({ op }) => op === "create").map(({ name }) => name);
    expect(created.filter((name) => !isOfWatch(name)).sort()).toEqual(OWN_ALARMS.sort());
    await engine.must(UP);
    const tables = account.all.filter(({ type }) => type === "aws:dynamodb/table:Table");
    expect(tables.map(({ properties }) => properties.name).sort()).toEqual([
      "iot-device-watch-dev",
      "iot-sensor-data-dev",
    ]);
  });

  it("plans no change the second time, nor after a refresh", async () => {
    const { engine } = deployment();
    expect(changes(await plan(engine, "dev"))).toEqual([]);
    await engine.must(["refresh", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev"]);
  });

  it("updates the code of its two functions, and nothing else, where a rule changes", async () => {
    await deployment().engine.configure("dev", stackFile({ ...WATCHED, watchRules: CHANGED_RULES }));
    expect(await changedByUp()).toEqual([
      "update aws:lambda/function:Function iot-device-watch-dev",
      "update aws:lambda/function:Function iot-device-watch-sweep-dev",
    ]);
  });

  it("gets a connection of its own by a new mapping, and keeps its table", async () => {
    await deployment().engine.configure("dev", stackFile({ ...FANNED_OUT, watchRules: CHANGED_RULES }));
    const changed = await changedByUp();
    const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
    expect(
      changed.filter((one) => !one.startsWith("update ")).map((one) => one.replace(/^(\S+ \S+) .*/, "$1")),
    ).toEqual(["create aws:kinesis/streamConsumer:StreamConsumer", `create ${MAPPING}`, `delete ${MAPPING}`]);
  });

  it("leaves nothing behind when all is destroyed", async () => {
    const { engine, account } = deployment();
    await engine.must(["destroy", "--yes", "--skip-preview", "--stack", "dev"]);
    expect(account.all).toEqual([]);
  });
});
