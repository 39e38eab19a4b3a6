import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { LOCAL_PATHS } from "../../contract/local-paths";
import { topicsOf } from "../../contract/topics";
import type { Target } from "../kit/target";
import type { DeviceDirectory } from "./device-directory";
import type { Connection } from "./device-folder";

/** Where the devices connect, and whom they trust there. */
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
 * Amazon's roots, as Node.js has them: which of them AWS IoT's chain ends in depends on the cipher suite.
 * https://docs.aws.amazon.com/iot/latest/developerguide/server-authentication.html
 */
export function amazonRoots(): string {
  const roots = rootCertificates.filter((pem) => /^CN=Amazon Root CA \d$/m.test(new X509Certificate(pem).subject));
  if (roots.length === 0) throw new Error("this Node.js has no root certificates of Amazon");
  return roots.map((pem) => `${pem}\n`).join("");
}

async function localAuthority(endpoint: string): Promise<string> {
  return (await fetch(new URL(LOCAL_PATHS.authority, endpoint))).text();
}
