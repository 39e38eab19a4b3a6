import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { UsageError } from "../../cli/kit/usage-error";

/** The project's own keys stand under its name, the provider's under "aws". */
const NAMESPACE = "industrial-iot-monitoring:";

/**
 * The configuration of a stack as `record` takes it: what `Pulumi.<stack>.yaml` says, overruled by `--config`.
 * @throws UsageError where there is no such file, or where it holds a secret, which cannot be decrypted here, or
 * where a value begins as JSON and is none
 */
export function stackConfig(
  projectRoot: string,
  stack: string,
  overrules: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const file = path.join(projectRoot, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) {
    const stacks = readdirSync(projectRoot).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
    throw new UsageError(
      `"--stack" must be one that has a file Pulumi.<stack>.yaml (${stacks.join(", ")}), got "${stack}"`,
    );
  }
  const { config }: { config?: Record<string, unknown> } = parse(readFileSync(file, "utf8")) ?? {};
  const entries = Object.entries(config ?? {}).map(([key, value]): [string, unknown] => {
    if (typeof value === "object" && value !== null && "secure" in value)
      throw new UsageError(`"${key}" in Pulumi.${stack}.yaml is a secret, which the local run cannot read`);
    return [key.startsWith(NAMESPACE) ? key.slice(NAMESPACE.length) : key, value];
  });
  const overruling = Object.entries(overrules).map(([key, text]): [string, unknown] => [key, configValue(key, text)]);
  return Object.fromEntries([...entries, ...overruling]);
}

/** `--config shardCount=2` is a number and `alarmEmails=["a@b.c"]` a list; a value that is not JSON is a string. */
function configValue(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const [first] = text.trim();
    if (first !== "{" && first !== "[") return text;
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `"--config ${key}" must be JSON where it begins with "${first}", got ${text} (${why}). Fix: quote it for the shell, as in --config 'watchRules={"hot":{"sensorType":"temperature","above":90}}'`,
    );
  }
}
