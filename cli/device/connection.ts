import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { LOCAL_PATHS } from "../../contract/local-paths";
import { topicsOf } from "../../contract/topics";
import type { Target } from "../kit/target";
import type { DeviceDirectory } from "./device-directory";
import type { Connection } from "./device-folder";

/** Where the devices connect, and which authority they trust. */
export async function connectionOf(directory: DeviceDirectory, target: Target): Promise<Connection> {
  const { host, port } = await directory.endpoint();
  return {
    host,
    port,
    topicOf: topicsOf(target.topicPrefix).data,
    authority: target.endpoint === undefined ? amazonRoots() : await localAuthority(target.endpoint),
  };
}

/**
 * Amazon's root certificates, from Node.js: the cipher suite decides in which of them AWS IoT's chain ends.
 * https://docs.aws.amazon.com/iot/latest/developerguide/server-authentication.html
 * @throws Error where Node.js has none of them
 */
export function amazonRoots(): string {
  const roots = rootCertificates.filter((pem) => /^CN=Amazon Root CA \d$/m.test(new X509Certificate(pem).subject));
  if (roots.length === 0) throw new Error("This Node.js lacks Amazon's root certificates");
  return roots.map((pem) => `${pem}\n`).join("");
}

async function localAuthority(endpoint: string): Promise<string> {
  return (await fetch(new URL(LOCAL_PATHS.authority, endpoint))).text();
}
