import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { StackFile } from "./engine";

/** A stack's configuration, and the keys of it that are encrypted and so cannot be read here. */
export interface ReadStackFile {
  readonly config: StackFile;
  readonly encrypted: readonly string[];
}

/**
 * Reads Pulumi.<stack>.yaml in `folder`.
 * @throws Error with what to do, where there is none or it is none
 */
export function readStackFile(folder: string, stack: string): ReadStackFile {
  const file = `Pulumi.${stack}.yaml`;
  let text: string;
  try {
    text = readFileSync(path.join(folder, file), "utf8");
  } catch {
    throw new Error(
      `"--stack" must be a stack with a file here, got "${stack}": ${file} is not found. Fix: pulumi stack init ${stack}`,
    );
  }
  let config: unknown;
  try {
    config = parse(text)?.config ?? {};
  } catch {
    config = undefined;
  }
  if (typeof config !== "object" || config === null || Array.isArray(config))
    throw new Error(`"${file}" must be YAML with the keys below "config:", got something else. Fix: pulumi config`);
  const encrypted = Object.keys(config).filter((key) => holdsSecret((config as StackFile)[key]));
  const readable = Object.entries(config).filter(([key]) => !encrypted.includes(key));
  return { config: Object.fromEntries(readable), encrypted };
}

function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "secure") || Object.values(value).some(holdsSecret);
}
