import * as pulumi from "@pulumi/pulumi";
import { configurationError, parseConfig, type StackConfig } from "./config";

/**
 * Reads and checks the stack's configuration.
 * @throws pulumi.RunError that lists every problem; Pulumi shows it without a stack trace
 */
export function readConfig(): StackConfig {
  const project = `${pulumi.getProject()}:`;
  const all = Object.entries(pulumi.runtime.allConfig());
  const own = all.filter(([key]) => key.startsWith(project)).map(([key, value]) => [key.slice(project.length), value]);
  const secrets = secretKeys().map((key) => key.slice(project.length));
  const parsed = parseConfig(Object.fromEntries(own), new pulumi.Config("aws").get("region"), secrets);
  if (parsed.ok) return parsed.config;
  throw new pulumi.RunError(configurationError(parsed.problems));
}

/** The keys that `pulumi config set --secret` encrypted, with their namespaces: the engine passes them in a variable. */
function secretKeys(): readonly string[] {
  return JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]");
}
