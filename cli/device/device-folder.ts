import { createHash, X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Owner, ownerIn } from "./folder-owner";
import { PUBLISH_BATCH_SCRIPT, PUBLISH_SCRIPT, publishBatchScript, publishScript } from "./publish-scripts";

/** What a device needs to connect. */
export interface Connection {
  /** The broker's host. */
  readonly host: string;
  /** The broker's port for MQTT over TLS. */
  readonly port: number;
  /** The authority of the host's certificate, in PEM. */
  readonly authority: string;
  /** The topic that the device publishes to. */
  readonly topicOf: (device: string) => string;
}

const KEY = "private.key";
const CERTIFICATE = "certificate.pem";
const AUTHORITY = "ca.pem";
/** The files that the scripts name. */
const FILES = { authorityFile: AUTHORITY, certificateFile: CERTIFICATE, keyFile: KEY };
/** The stack that the folder belongs to. */
const OWNER = "stack.json";
/** The key and certificate of a rotation that is under way. */
const NEXT = "next-";
/** Every file that it writes. */
const OWN = [KEY, CERTIFICATE, AUTHORITY, PUBLISH_SCRIPT, PUBLISH_BATCH_SCRIPT, NEXT + KEY, NEXT + CERTIFICATE, OWNER];
/** The end of the name of a file that is not whole yet: each process has its own. */
const PART = /(\.\d+)?\.part$/;

/**
 * A device's folder: its key, which never leaves it, its certificate, the authority to trust and a script that publishes.
 * The key is on the disk before its certificate is requested, so that an interrupted command goes on with it.
 */
export class DeviceFolder {
  readonly #name: string;

  constructor(
    readonly path: string,
    name: string,
  ) {
    this.#name = name;
  }

  /** The stack that it belongs to; undefined in a new folder, or one of an earlier version. */
  async owner(): Promise<Owner | "unreadable" | undefined> {
    const text = await this.#read(OWNER);
    return text === undefined ? undefined : (ownerIn(text) ?? "unreadable");
  }

  /** Writes down the stack that it belongs to. */
  async saveOwner({ endpoint, policy }: Owner): Promise<void> {
    await this.#write(OWNER, `${JSON.stringify({ endpoint, policy }, undefined, 2)}\n`, 0o644);
  }

  /** Host and port that its script publishes to; undefined where there is no script. */
  async scriptEndpoint(): Promise<string | undefined> {
    const [, host, port] = / -h (\S+) -p (\d+) /.exec((await this.#read(PUBLISH_SCRIPT)) ?? "") ?? [];
    return host === undefined ? undefined : `${host}:${port}`;
  }

  /** The certificate's id, as AWS IoT has it: the SHA-256 of its DER bytes. Undefined where there is none yet. */
  async certificateId(): Promise<string | undefined> {
    const pem = await this.#read(CERTIFICATE);
    return pem === undefined ? undefined : idOf(pem);
  }

  /** The key in PEM, made by `make` where there is none yet. */
  key(make: () => Promise<string>): Promise<string> {
    return this.#keyIn(KEY, make);
  }

  /** Writes the certificate, in PEM. */
  async saveCertificate(pem: string): Promise<void> {
    await this.#write(CERTIFICATE, pem, 0o644);
  }

  /** Like `key`, for the key that is to replace it. */
  nextKey(make: () => Promise<string>): Promise<string> {
    return this.#keyIn(NEXT + KEY, make);
  }

  /** Like `certificateId`, for the certificate that is to replace it. */
  async nextCertificateId(): Promise<string | undefined> {
    const pem = await this.#read(NEXT + CERTIFICATE);
    return pem === undefined ? undefined : idOf(pem);
  }

  /** Like `saveCertificate`, for the certificate that is to replace it. */
  async saveNextCertificate(pem: string): Promise<void> {
    await this.#write(NEXT + CERTIFICATE, pem, 0o644);
  }

  /** Replaces key and certificate with the next ones. */
  async replace(): Promise<void> {
    // After an interruption between the two, the key is in place already.
    if ((await this.#read(NEXT + KEY)) !== undefined) await rename(this.#file(NEXT + KEY), this.#file(KEY));
    await rename(this.#file(NEXT + CERTIFICATE), this.#file(CERTIFICATE));
  }

  /** Writes the authority, and scripts that publish a reading, or many in one message. */
  async saveConnection({ host, port, authority, topicOf }: Connection): Promise<void> {
    await this.#write(AUTHORITY, authority, 0o644);
    const publisher = { name: this.#name, host, port, topic: topicOf(this.#name), ...FILES };
    await this.#write(PUBLISH_SCRIPT, publishScript(publisher), 0o755);
    await this.#write(PUBLISH_BATCH_SCRIPT, publishBatchScript(publisher), 0o755);
  }

  /** Removes the files of the device, whole or not, and the folder if it is empty then. */
  async remove(): Promise<void> {
    const files = existsSync(this.path) ? await readdir(this.path) : [];
    for (const file of files.filter((name) => OWN.includes(name.replace(PART, "")))) await rm(this.#file(file));
    await rmdir(this.path).catch(() => {});
  }

  async #keyIn(file: string, make: () => Promise<string>): Promise<string> {
    const known = await this.#read(file);
    if (known !== undefined) return known;
    const key = await make();
    await this.#write(file, key, 0o600);
    return key;
  }

  async #read(file: string): Promise<string | undefined> {
    return existsSync(this.#file(file)) ? readFile(this.#file(file), "utf8") : undefined;
  }

  /** Whole or not at all. */
  async #write(file: string, text: string, mode: number): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    const unfinished = `${this.#file(file)}.${process.pid}.part`;
    await writeFile(unfinished, text, { mode });
    await chmod(unfinished, mode);
    await rename(unfinished, this.#file(file));
  }

  #file(name: string): string {
    return path.join(this.path, name);
  }
}

/** The id of a certificate in PEM. */
export function idOf(pem: string): string {
  return createHash("sha256").update(new X509Certificate(pem).raw).digest("hex");
}
