import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { OUTPUTS } from "../../contract/outputs";
import { recordStack } from "../helpers/stack";

describe("the outputs", () => {
  it("are what index.ts returns to Pulumi, and to the local run", async () => {
    const { outputs } = await recordStack("dev");
    expect(Object.keys(outputs).sort()).toEqual(Object.keys(OUTPUTS).sort());
    expect(outputs).toMatchObject({
      athena_database: "iot_sensor_dev",
      athena_workgroup: "iot-sensor-dev",
      rule_error_log: "/aws/iot/rules/dev",
      topic_prefix: "",
    });
  });

  it("are in the table of docs/deploy.md, each in the same words", () => {
    const page = readFileSync(path.join(__dirname, "../../docs/deploy.md"), "utf8");
    const table = page.split("\n## Outputs\n")[1]?.split("\n## ")[0] ?? "";
    const rows = [...table.matchAll(/^\| (`.*) \| (.*) \|$/gm)].flatMap(([, names = "", what]) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => [name, what]),
    );
    expect(rows).toEqual(Object.entries(OUTPUTS));
  });
});
