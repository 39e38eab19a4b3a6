import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import type { Target } from "../target";
import type { DeviceDirectory } from "./device-directory";
import type { Connection } from "./device-folder";

/** Where the devices connect, and whom they trust there. */
export async function connectionOf(directory: DeviceDirectory, target: Target): Promise<Connection> {
  const { host, port } = await directory.endpoint();
  return {
    host,
    port,
    authority: target.endpoint === undefined ? amazonRoot() : await localAuthority(target.endpoint),
  };
}

/** Amazon Root CA 1, which has signed AWS IoT's certificates: https://docs.aws.amazon.com/iot/latest/developerguide/server-authentication.html */
function amazonRoot(): string {
  const root = rootCertificates.find((pem) => /^CN=Amazon Root CA 1$/m.test(new X509Certificate(pem).subject));
  if (root === undefined) throw new Error("this Node.js has no certificate of Amazon Root CA 1");
  return `${root}\n`;
}

async function localAuthority(endpoint: string): Promise<string> {
  return (await fetch(new URL("/_local/ca.pem", endpoint))).text();
}
