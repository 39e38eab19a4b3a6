import type { DeviceDirectory } from "./device-directory";
import type { Connection, DeviceFolder } from "./device-folder";
import type { Owner } from "./folder-owner";
import { certificateRequest, newKey } from "./key-pair";
import { ownCertificatesOf, refuseForeignFolder } from "./owner";

/** A device to add. */
export interface NewDevice {
  /** The thing's name. */
  readonly name: string;
  /** What kind of device it is; undefined leaves it open. */
  readonly type: string | undefined;
}

/** What a change works on. */
export interface Workplace {
  /** The registry of the stack's devices. */
  readonly directory: DeviceDirectory;
  /** The device's folder. */
  readonly folder: DeviceFolder;
  /** How its devices connect. */
  readonly connection: Connection;
}

/**
 * Adds a device, or completes one that was interrupted. The order makes each interruption safe: the key is on the disk before its
 * certificate is requested, and the certificate before it is attached.
 * @throws Error where the folder or the thing is another stack's, or the device exists with another type or key
 */
export async function addDevice(
  { name, type }: NewDevice,
  { directory, folder, connection }: Workplace,
): Promise<"added" | "unchanged"> {
  const owner = ownerOf(connection, directory);
  await refuseForeignFolder(folder, directory, owner);
  const known = await directory.typeOf(name);
  if (known !== undefined && type !== undefined && type !== known)
    throw new Error(`"type" must be "${known}", which the device has, got "${type}"`);
  // A thing without a stack becomes this stack's.
  const attached = known === undefined ? [] : await ownCertificatesOf(name, directory, true);
  const id = await folder.certificateId();
  const own = id === undefined ? undefined : await directory.certificate(id);
  if (own === undefined && attached.length > 0)
    throw new Error(
      `The device has a certificate whose key is not in ${folder.path}. Fix: npx iot device rotate ${name}`,
    );
  if (own !== undefined && !own.isActive)
    throw new Error(`The device's certificate is not active. Fix: npx iot device rotate ${name}`);
  await folder.saveOwner(owner);
  await folder.saveConnection(connection);
  if (
    own !== undefined &&
    attached.includes(own.arn) &&
    (await directory.policiesOf(own.arn)).includes(directory.policyName)
  )
    return "unchanged";
  if (known === undefined) await directory.createThing(name, type);
  let arn = own?.arn;
  if (arn === undefined) {
    const certificate = await certify(name, await folder.key(newKey), directory);
    await folder.saveCertificate(certificate.pem);
    arn = certificate.arn;
  }
  await directory.attach(name, arn);
  return "added";
}

/**
 * Issues a new certificate for a new key, and then revokes the old one.
 * @param overlap Whether the old one stays valid until `finishRotation`, so that the device works until the new one is on it.
 * @throws Error where there is no such device, or the folder or the thing is another stack's
 */
export async function rotateDevice(
  name: string,
  { directory, folder, connection }: Workplace,
  overlap: boolean,
): Promise<void> {
  const owner = ownerOf(connection, directory);
  await refuseForeignFolder(folder, directory, owner);
  if ((await directory.typeOf(name)) === undefined) throw notThere(name);
  await ownCertificatesOf(name, directory, await belongsTo(folder, owner));
  const id = await folder.nextCertificateId();
  let arn = id === undefined ? undefined : (await directory.certificate(id))?.arn;
  if (arn === undefined) {
    const certificate = await certify(name, await folder.nextKey(newKey), directory);
    await folder.saveNextCertificate(certificate.pem);
    arn = certificate.arn;
  }
  await directory.attach(name, arn);
  await folder.replace();
  await folder.saveOwner(owner);
  await folder.saveConnection(connection);
  if (!overlap) await finishRotation(name, { directory, folder, connection });
}

/**
 * Revokes every certificate of a device but the one in its folder, and resolves with their number.
 * @throws Error where there is no such device, it is another stack's, or the folder's certificate is not its own
 */
export async function finishRotation(name: string, { directory, folder, connection }: Workplace): Promise<number> {
  const owner = ownerOf(connection, directory);
  await refuseForeignFolder(folder, directory, owner);
  if ((await directory.typeOf(name)) === undefined) throw notThere(name);
  const id = await folder.certificateId();
  const own = id === undefined ? undefined : await directory.certificate(id);
  const attached = await ownCertificatesOf(name, directory, await belongsTo(folder, owner));
  if (!own?.isActive || !attached.includes(own.arn))
    throw new Error(`The certificate in ${folder.path} is not the device's, so none is revoked`);
  const old = attached.filter((arn) => arn !== own.arn);
  for (const arn of old) await directory.retire(name, arn);
  return old.length;
}

/**
 * Removes a device with its certificates and its folder's files, and whatever an interruption left.
 * @throws Error where the stack does not have this device: then nothing is deleted, least of all the folder's key
 */
export async function removeDevice(name: string, { directory, folder, connection }: Workplace): Promise<"removed"> {
  const owner = ownerOf(connection, directory);
  await refuseForeignFolder(folder, directory, owner);
  const exists = (await directory.typeOf(name)) !== undefined;
  const ids = [await folder.certificateId(), await folder.nextCertificateId()];
  const own = await Promise.all(ids.map((id) => (id === undefined ? undefined : directory.certificate(id))));
  const left = own.flatMap((certificate) => certificate?.arn ?? []);
  const isBegun = left.length > 0 || (await belongsTo(folder, owner));
  const attached = exists ? await ownCertificatesOf(name, directory, isBegun) : [];
  const arns = new Set([...attached, ...left]);
  if (!exists && arns.size === 0)
    throw new Error(
      `"${name}" must be a device of this stack (${owner.endpoint}, ${owner.policy}), got an unknown name; nothing was deleted. Fix: npx iot device list`,
    );
  for (const arn of arns) await directory.retire(name, arn);
  if (exists) await directory.deleteThing(name);
  await folder.remove();
  return "removed";
}

function ownerOf({ host, port }: Connection, { policyName }: DeviceDirectory): Owner {
  return { endpoint: `${host}:${port}`, policy: policyName };
}

/** Whether the folder says that its device is this stack's, for a thing that an interruption left without a certificate. */
async function belongsTo(folder: DeviceFolder, { endpoint, policy }: Owner): Promise<boolean> {
  const named = await folder.owner();
  if (named === "unreadable") return false;
  return named === undefined
    ? (await folder.scriptEndpoint()) === endpoint
    : named.endpoint === endpoint && named.policy === policy;
}

async function certify(name: string, key: string, directory: DeviceDirectory) {
  return directory.certify(await certificateRequest(name, key));
}

function notThere(name: string): Error {
  return new Error(`There is no such device. Fix: npx iot device add ${name}`);
}
