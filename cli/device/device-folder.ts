import { createHash, X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Owner, ownerIn } from "./folder-owner";

/** What a device needs to connect. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  /** The authority of the host's certificate, in PEM. */
  readonly authority: string;
  /** The topic that the device publishes to. */
  readonly topicOf: (device: string) => string;
}

const KEY = "private.key";
const CERTIFICATE = "certificate.pem";
const AUTHORITY = "ca.pem";
const SCRIPT = "publish.sh";
/** The stack that the folder belongs to. */
const OWNER = "stack.json";
/** Of the script's example, milliseconds since the epoch: 2026-01-01. */
const EXAMPLE_TIME = 1_767_225_600_000;
/** What a rotation has begun with, until the stack has it. */
const NEXT = "next-";

/**
 * A device's folder: its key, which never leaves it, its certificate, the authority to trust and a script that publishes.
 * The key is on the disk before anybody has heard of it, so that what was interrupted goes on with it.
 */
export class DeviceFolder {
  constructor(
    readonly path: string,
    private readonly name: string,
  ) {}

  /** The stack that it belongs to; undefined in a folder that is new, or that an earlier version made. */
  async owner(): Promise<Owner | "unreadable" | undefined> {
    const text = await this.#read(OWNER);
    return text === undefined ? undefined : (ownerIn(text) ?? "unreadable");
  }

  async saveOwner({ endpoint, policy }: Owner): Promise<void> {
    await this.#write(OWNER, `${JSON.stringify({ endpoint, policy }, undefined, 2)}\n`, 0o644);
  }

  /** Host and port that its script publishes to; undefined where there is no script. */
  async scriptEndpoint(): Promise<string | undefined> {
    const [, host, port] = / -h (\S+) -p (\d+) /.exec((await this.#read(SCRIPT)) ?? "") ?? [];
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

  async saveCertificate(pem: string): Promise<void> {
    await this.#write(CERTIFICATE, pem, 0o644);
  }

  /** As `key`, for the one that is to replace it. */
  nextKey(make: () => Promise<string>): Promise<string> {
    return this.#keyIn(NEXT + KEY, make);
  }

  /** As `certificateId`, for the one that is to replace it. */
  async nextCertificateId(): Promise<string | undefined> {
    const pem = await this.#read(NEXT + CERTIFICATE);
    return pem === undefined ? undefined : idOf(pem);
  }

  async saveNextCertificate(pem: string): Promise<void> {
    await this.#write(NEXT + CERTIFICATE, pem, 0o644);
  }

  /** The next key and certificate take the place of the old ones. */
  async replace(): Promise<void> {
    // Where it was interrupted between the two, the key has its place already.
    if ((await this.#read(NEXT + KEY)) !== undefined) await rename(this.#file(NEXT + KEY), this.#file(KEY));
    await rename(this.#file(NEXT + CERTIFICATE), this.#file(CERTIFICATE));
  }

  /** The authority, and a script that publishes a reading. */
  async saveConnection({ host, port, authority, topicOf }: Connection): Promise<void> {
    await this.#write(AUTHORITY, authority, 0o644);
    await this.#write(SCRIPT, publishScript(this.name, host, port, topicOf(this.name)), 0o755);
  }

  /** Removes what was written here, and the folder where nothing else is in it. */
  async remove(): Promise<void> {
    for (const file of [KEY, CERTIFICATE, AUTHORITY, SCRIPT, NEXT + KEY, NEXT + CERTIFICATE, OWNER])
      await rm(this.#file(file), { force: true });
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
    const unfinished = `${this.#file(file)}.part`;
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

function publishScript(name: string, host: string, port: number, topic: string): string {
  // A reading with a timestamp of its own is stored once, however often the way there delivers it.
  const reading = (value: number) => `{"deviceId":"${name}","sensorType":"temperature","value":${value},"timestamp":`;
  return `#!/bin/sh
# Publishes a reading as ${name}, with the time of now, or the message that is given, such as: ./${SCRIPT} '${reading(21)}${EXAMPLE_TIME}}'
reading=$1
now=$(date +%s%3N)
# Where date has no milliseconds: macOS, BusyBox.
case $now in *[!0-9]*) now=$(date +%s)000 ;; esac
[ -n "$reading" ] || reading='${reading(25.5)}'$now'}'
cd "$(dirname "$0")" && exec mosquitto_pub -h ${host} -p ${port} --cafile ${AUTHORITY} --cert ${CERTIFICATE} --key ${KEY} \\
  -q 1 -i '${name}' -t '${topic}' -m "$reading"
`;
}
