import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import {
  type ConfigFile,
  type ConfiguredEndpoint,
  configuredEndpoints,
  hostOf,
  isLoopbackAddress,
  isThisMachine,
} from "./configured-endpoints";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Refuses to work with a deployed stack while an endpoint of this machine is configured.
 * @param option The option that names the stack, for the error.
 * @throws Error that names each variable, or line of a profile, that sends requests to this machine
 */
export async function refuseLocalEndpoints(option: string, env: Env): Promise<void> {
  const local: ConfiguredEndpoint[] = [];
  for (const configured of configuredEndpoints(env, await configFiles(env)))
    if (isThisMachine(configured.url) || (await leadsHere(configured.url))) local.push(configured);
  if (local.length === 0) return;
  throw new Error(
    local
      .map(
        ({ property, url, fix }) =>
          `"${property}" must not lead to this machine where "${option}" names a deployed stack, got "${url}". Fix: ${fix}`,
      )
      .join("\n"),
  );
}

/** Whether a name resolves to loopback, as /etc/hosts or a DNS entry can make it. */
async function leadsHere(url: string): Promise<boolean> {
  const host = hostOf(url);
  if (host === undefined || host.endsWith(".amazonaws.com")) return false;
  const addresses = await lookup(host, { all: true }).catch(() => []);
  return addresses.some(({ address }) => isLoopbackAddress(address));
}

/** The files that the SDK reads a profile from. */
async function configFiles(env: Env): Promise<ConfigFile[]> {
  const home = env.HOME || homedir();
  const paths = [
    env.AWS_CONFIG_FILE || path.join(home, ".aws", "config"),
    env.AWS_SHARED_CREDENTIALS_FILE || path.join(home, ".aws", "credentials"),
  ].map((file) => file.replace(/^~(?=\/)/, home));
  const texts = await Promise.all(paths.map((file) => readFile(file, "utf8").catch(() => "")));
  return paths.map((file, i) => ({ path: file, text: texts[i] ?? "" }));
}
