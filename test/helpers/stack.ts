import { declareStack } from "../../local/stack/declare-stack";
import type { RecordedResource, Recording } from "../../local/stack/recording";

/** What the program declares as the environment `suffix`, one to throw away unless the configuration says otherwise. */
export function recordStack(suffix = "dev", config: Readonly<Record<string, unknown>> = {}): Promise<Recording> {
  return declareStack({ environmentSuffix: suffix, protectData: false, ...config }, suffix);
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
