import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { describeWithEngine, stackFile } from "./engine-suite";
import { changes, plan } from "./plan";
import type { Properties } from "./stand-in/properties";

/** As `pulumi stack export` gave it for the program of commit 5e058ac on the stand-in; texts of assets left out, hashes kept. */
const FIXTURE = path.join(__dirname, "fixtures/state-of-5e058ac.json");
/** The text of a named query: AWS has no call that changes it, and it holds nothing. */
const REPLACEABLE = "aws:athena/namedQuery:NamedQuery";
/** What the stack has had since: a query and alarms more. Whatever else is created was there already, under another parent or name. */
const ADDED = [
  "aws:athena/namedQuery:NamedQuery iot-history-query-rejections",
  ...["archive-failed-records", "processor-stopped", "rule-throttled"].map(
    (key) => `aws:cloudwatch/metricAlarm:MetricAlarm iot-monitoring-${key}`,
  ),
];

interface Stored {
  readonly type: string;
  readonly id?: string;
  readonly outputs?: Properties;
}

describeWithEngine("an upgrade in place from the first version that could be deployed", (deployment) => {
  it("keeps every resource: nothing but the texts of named queries is replaced, nothing is deleted", async () => {
    const { engine, account } = deployment();
    const { resources } = JSON.parse(readFileSync(FIXTURE, "utf8")).deployment as { resources: readonly Stored[] };
    for (const { type, id, outputs } of resources)
      if (type.startsWith("aws:") && id && outputs) account.adopt({ type, id, properties: outputs });
    await engine.init("dev", stackFile({ environmentSuffix: "dev", protectData: false }));
    await engine.must(["stack", "import", "--file", FIXTURE, "--stack", "dev"]);
    const found = changes(await plan(engine, "dev"));
    expect(
      found
        .filter(({ op, type }) => op === "delete" || (op === "replace" && type !== REPLACEABLE))
        .map(({ op, name }) => `${op} ${name}`),
    ).toEqual([]);
    expect(
      found
        .filter(({ op, type }) => op === "create" && type.startsWith("aws:"))
        .map(({ type, name }) => `${type} ${name}`)
        .sort(),
    ).toEqual(ADDED);
    await engine.must(["up", "--yes", "--skip-preview", "--stack", "dev"]);
    expect(account.changes.filter(({ operation, type }) => operation === "delete" && type !== REPLACEABLE)).toEqual([]);
  });
});
