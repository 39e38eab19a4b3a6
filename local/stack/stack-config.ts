import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { UsageError } from "../../cli/kit/usage-error";
import { wordsOf } from "../../contract/error-words";

/** The project's own keys stand under its name, the provider's under "aws". */
const NAMESPACE = "industrial-iot-monitoring:";

/**
 * The configuration of a stack as `record` takes it: what `Pulumi.<stack>.yaml` says, overruled by `--config`.
 * @throws UsageError where there is no such file, or where it holds a secret, which cannot be decrypted here, where a key is of another
 * program, or where a value begins as JSON and is none
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
    return [withoutNamespace(key), value];
  });
  const overruling = Object.entries(overrules).map(([key, text]): [string, unknown] => [
    overruledKey(key),
    configValue(key, text),
  ]);
  return Object.fromEntries([...entries, ...overruling]);
}

/**
 * Why the stack refuses its configuration, as an error of the command line where that gave a key which it names: the fix is for the
 * command line then.
 */
export function configurationProblem(error: unknown, overrules: readonly string[]): unknown {
  const message = wordsOf(error);
  const named = overrules.map(withoutNamespace).filter((key) => message.includes(`"${key}`));
  if (named.length === 0) return error;
  const keys = named.map((key) => `"${key}"`).join(" and ");
  return new UsageError(
    `${message}\n"--config" gives ${keys}. Fix: change it there, --config ${named[0]}=<value>, or leave it out`,
  );
}

function withoutNamespace(key: string): string {
  return key.startsWith(NAMESPACE) ? key.slice(NAMESPACE.length) : key;
}

/** @throws UsageError for a key of another program: nothing would read it. */
function overruledKey(key: string): string {
  const own = withoutNamespace(key);
  if (own.includes(":") && !own.startsWith("aws:"))
    throw new UsageError(
      `"--config" must name a key of this project, or one that begins with "aws:", got "${key}". Fix: --config ${own.slice(own.lastIndexOf(":") + 1)}=<value>`,
    );
  return own;
}

/** `--config shardCount=2` is a number and `alarmEmails=["a@b.c"]` a list; a value that is not JSON is a string. */
function configValue(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const [first] = text.trim();
    if (first !== "{" && first !== "[") return text;
    const why = wordsOf(error);
    throw new UsageError(
      `"--config ${key}" must be JSON where it begins with "${first}", got ${text} (${why}). Fix: quote it for the shell, as in --config 'watchRules={"hot":{"sensorType":"temperature","above":90}}'`,
    );
  }
}
