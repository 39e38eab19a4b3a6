import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type RecordedResource, type Recording, recordingOf } from "../../local/stack/recording";

/**
 * What the program declares as the environment `suffix`, one to throw away unless the configuration says otherwise. It is recorded once in
 * a test run, by the suite that needs it first: the others need not even load Pulumi.
 */
export async function recordStack(suffix = "dev", config: Readonly<Record<string, unknown>> = {}): Promise<Recording> {
  const name = createHash("sha256")
    .update(JSON.stringify([suffix, config]))
    .digest("hex");
  const file = path.join(process.env.TEST_RUN_FOLDER ?? "", `recording-${name}.json`);
  if (!existsSync(file)) {
    const { all, outputs } = await recordStackAnew(suffix, config);
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(await settled({ all, outputs })));
    // Another suite must not see half of it.
    renameSync(`${file}.${process.pid}`, file);
  }
  const { all, outputs } = JSON.parse(readFileSync(file, "utf8"));
  return recordingOf(all, outputs);
}

/** The same, whatever was recorded before. */
export async function recordStackAnew(
  suffix = "dev",
  config: Readonly<Record<string, unknown>> = {},
): Promise<Recording> {
  const { declareStack } = await import("../../local/stack/declare-stack.js");
  return declareStack({ environmentSuffix: suffix, protectData: false, ...config }, suffix);
}

/** A value whose parts are promises, such as the files of a function, with what they come to. */
async function settled(value: unknown): Promise<unknown> {
  const known = await value;
  if (Array.isArray(known)) return Promise.all(known.map(settled));
  if (typeof known !== "object" || known === null) return known;
  const parts = Object.entries(known).map(async ([key, part]) => [key, await settled(part)]);
  return Object.fromEntries(await Promise.all(parts));
}

/**
 * The resource of a type with this physical name.
 * @throws Error where there is none
 */
export function named(recording: Recording, type: string, name: string): RecordedResource {
  const ofType = recording.ofType(type);
  const found = ofType.find(({ inputs }) => inputs.name === name || inputs.bucket === name);
  if (found) return found;
  throw new Error(`no ${type} is called "${name}": ${ofType.map(({ inputs }) => inputs.name ?? inputs.bucket)}`);
}

/** The policy documents that stand in a resource's inputs, as texts. */
export function policyTexts({ inputs }: RecordedResource): readonly string[] {
  return [inputs.policy, inputs.assumeRolePolicy].filter((text) => typeof text === "string");
}

/** The one policy document of a resource. */
export function policyOf(resource: RecordedResource): unknown {
  return JSON.parse(policyTexts(resource)[0] ?? "null");
}

/** The logical names of the resources that must exist before this one. */
export function dependenciesOf({ dependencies }: RecordedResource): readonly string[] {
  return dependencies.map((urn) => urn.split("::").at(-1) ?? "").sort();
}

/** The tags that every resource of an environment has. */
export function tags(name: string, purpose: string, suffix = "dev"): Record<string, string> {
  return { Name: name, Environment: suffix, Purpose: purpose };
}
