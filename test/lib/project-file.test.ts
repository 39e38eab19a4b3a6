import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { KEYS, parseConfig, REGION } from "../../lib/config";

interface Declaration {
  readonly type?: string;
  readonly items?: { readonly type: string };
  readonly default: unknown;
  readonly description: string;
}

const read = (file: string) => parse(readFileSync(path.join(__dirname, "../..", file), "utf8"));
const project = read("Pulumi.yaml");
const { "aws:region": region, ...declared } = project.config as Record<string, unknown>;
const keys = Object.entries(declared) as [string, Declaration][];

describe("Pulumi.yaml", () => {
  it("names the project and its runtime", () => {
    expect(project).toMatchObject({ name: "industrial-iot-monitoring", runtime: "nodejs" });
  });

  it("sets the region as a value: a schema is for the project's own keys only", () => {
    expect(region).toBe(REGION);
  });

  it("declares the keys that lib/config.ts knows, in its order, with its defaults", () => {
    expect(keys.map(([key, { default: value }]) => [key, value])).toEqual(
      Object.entries(KEYS).map(([key, { default: value }]) => [key, value]),
    );
  });

  // Pulumi knows these types: https://www.pulumi.com/docs/iac/concepts/projects/project-file/. A key that can be of two
  // types, and an object with releases of Pulumi before "object" was one, are declared without.
  it.each(keys)("types %s as Pulumi does, and describes it", (key, { type, items, default: value, description }) => {
    const types = ["string", "boolean", "array"];
    const expected = Array.isArray(value) ? "array" : typeof value === "number" ? "integer" : typeof value;
    const untyped = ["reservedConcurrency", "anomalyLimits", "watchRules", "watchQuiet"].includes(key);
    expect(type).toBe(untyped ? undefined : key === "environmentSuffix" ? "string" : expected);
    expect([...types, "integer", undefined]).toContain(type);
    expect(items?.type).toBe(type === "array" ? "string" : undefined);
    expect(description).toMatch(/^[A-Z].*\.$/);
  });
});

describe("a stack without a suffix", () => {
  it("is refused by the engine, which asks for each key that has no default", () => {
    const required = keys.filter(([, declaration]) => !Object.hasOwn(declaration, "default")).map(([key]) => key);
    expect(required).toEqual(["environmentSuffix"]);
  });
});

describe.each(["Pulumi.dev.yaml"])("%s", (file) => {
  const prefix = "industrial-iot-monitoring:";
  const config = read(file).config as Record<string, unknown>;

  it("sets keys of this project, to values that it takes", () => {
    const given = Object.entries(config).map(([key, value]) => [key.slice(prefix.length), value]);
    for (const key of Object.keys(config)) expect(key.startsWith(prefix)).toBe(true);
    expect(parseConfig(Object.fromEntries(given), REGION)).toMatchObject({ ok: true });
  });

  it("has no alarm for silence in development", () => {
    expect(config[`${prefix}silenceMinutes`]).toBe(0);
  });
});
