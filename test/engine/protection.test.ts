import { beforeAll, expect, it } from "vitest";
import { describeWithEngine, stackFile } from "./engine-suite";
import { nameOf } from "./stand-in/account";

/** What is neither taken in with, kept in, guarded by nor read back through (DESIGN.md, decision 17). */
const REPLACEABLE = [
  "aws:athena/namedQuery:NamedQuery",
  "aws:cloudwatch/dashboard:Dashboard",
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  "aws:sns/topic:Topic",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sns/topicSubscription:TopicSubscription",
];

describeWithEngine("data that is protected", (deployment) => {
  const names = () =>
    deployment()
      .account.all.filter(({ type }) => !REPLACEABLE.includes(type))
      .map(({ type, properties }) => `${type} ${nameOf(type, properties)}`)
      .sort();

  beforeAll(async () => {
    const { engine } = deployment();
    // No word of protectData: it is the default.
    await engine.init("prod", stackFile({ environmentSuffix: "prod" }));
    await engine.must(["up", "--yes", "--skip-preview", "--stack", "prod"]);
  });

  it("tells a second stack of the same suffix, which must not get the first one's alarm topic", async () => {
    const { engine, account } = deployment();
    const before = account.all.length;
    await engine.init("forgot", {});
    const { exitCode, printed } = await engine.run(["up", "--yes", "--skip-preview", "--stack", "forgot"]);
    expect(exitCode).not.toBe(0);
    expect(printed).toContain("environmentSuffix");
    expect(account.all.length).toBe(before);
  });

  it("refuses a changed suffix, which would replace everything", async () => {
    const { engine } = deployment();
    const before = names();
    await engine.configure("prod", stackFile({ environmentSuffix: "other" }));
    const { exitCode, printed } = await engine.run(["up", "--yes", "--skip-preview", "--stack", "prod"]);
    await engine.configure("prod", stackFile({ environmentSuffix: "prod" }));
    expect(exitCode).not.toBe(0);
    expect(printed).toContain("marked for protection");
    expect(names()).toEqual(before);
  });

  it("survives destroy --skip-preview with all that takes in, keeps, guards and reads back", async () => {
    const { engine } = deployment();
    const before = names();
    const { exitCode } = await engine.run(["destroy", "--yes", "--skip-preview", "--stack", "prod"]);
    expect(exitCode).not.toBe(0);
    expect(names()).toEqual(before);
  });
});
