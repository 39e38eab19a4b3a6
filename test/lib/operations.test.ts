import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { alarms } from "../../lib/alarms";
import { parseConfig, REGION } from "../../lib/config";

describe("docs/operations.md", () => {
  it("has a section for each alarm, in the alarms' order, and no other", () => {
    const parsed = parseConfig({ environmentSuffix: "dev", watchRules: { silent: { silentFor: "15m" } } }, REGION);
    if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
    const keys = alarms(parsed.config).map(({ key }) => key);
    const text = readFileSync(join(__dirname, "../../docs/operations.md"), "utf8");
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual(keys);
  });
});
