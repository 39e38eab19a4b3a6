import type { DeviceDirectory } from "./device-directory";
import type { DeviceFolder } from "./device-folder";
import type { Owner } from "./folder-owner";

/** The name of a policy of this project, whatever the stack's suffix. */
const POLICY = /^iot-device-policy-/;

/**
 * Refuses a folder of another stack. A folder of an earlier version names no stack: it belongs to the stack that its script publishes
 * to, or whose registry has its certificate, unless another stack's policy is attached to the certificate.
 * @throws Error where the folder is another stack's
 */
export async function refuseForeignFolder(folder: DeviceFolder, directory: DeviceDirectory, own: Owner): Promise<void> {
  const rule = `"${folder.path}" must be a folder of this stack's device (${own.endpoint}, ${own.policy})`;
  const fix = `name that stack, or another folder with "--out"`;
  const named = await folder.owner();
  if (named === "unreadable")
    throw new Error(`${rule}, got one whose stack.json cannot be read. Fix: move the folder away, or use "--out"`);
  if (named !== undefined) {
    if (named.endpoint === own.endpoint && named.policy === own.policy) return;
    throw new Error(`${rule}, got one of ${named.endpoint}, ${named.policy}. Fix: ${fix}`);
  }
  const [id, script] = [await folder.certificateId(), await folder.scriptEndpoint()];
  const certificate = id === undefined ? undefined : await directory.certificate(id);
  const policies = certificate === undefined ? [] : await directory.policiesOf(certificate.arn);
  const foreign = otherStacksOf(policies, own.policy);
  if (foreign.length > 0 && !policies.includes(own.policy))
    throw new Error(`${rule}, got one whose certificate has the policy ${foreign.join(", ")}. Fix: ${fix}`);
  const isOwn = certificate !== undefined || (script === undefined ? id === undefined : script === own.endpoint);
  if (!isOwn) throw new Error(`${rule}, got one of ${script ?? "a stack that does not say which"}. Fix: ${fix}`);
}

/**
 * The certificates of a thing that is this stack's alone.
 * @param mayBeBare Whether a thing without any policy counts as this stack's: an interruption can leave one, and its folder says so.
 * @throws Error where this stack's policy is attached to none of them, or another stack's policy is
 */
export async function ownCertificatesOf(
  name: string,
  directory: DeviceDirectory,
  mayBeBare: boolean,
): Promise<readonly string[]> {
  const attached = await directory.certificatesOf(name);
  const policies = await Promise.all(attached.map((arn) => directory.policiesOf(arn)));
  const foreign = otherStacksOf(policies.flat(), directory.policyName);
  if (foreign.length > 0)
    throw new Error(
      `"${name}" must be a device of this stack alone, got one with the policy ${foreign.join(", ")}. Fix: name that stack`,
    );
  const isOwn =
    policies.some((names) => names.includes(directory.policyName)) || (mayBeBare && policies.flat().length === 0);
  if (!isOwn)
    throw new Error(
      `"${name}" must be a device of this stack, got a thing that the policy ${directory.policyName} is not attached to. Fix: name the thing's stack, or inspect the thing: aws iot list-thing-principals --thing-name ${name}`,
    );
  return attached;
}

function otherStacksOf(policies: readonly string[], own: string): string[] {
  return [...new Set(policies)].filter((policy) => policy !== own && POLICY.test(policy));
}
