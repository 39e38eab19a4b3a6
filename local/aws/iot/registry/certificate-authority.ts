import "reflect-metadata";
import { createHash, randomBytes, webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  Pkcs10CertificateRequest,
  type PublicKey,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** ECDSA on P-256, which AWS IoT accepts too. https://docs.aws.amazon.com/iot/latest/developerguide/x509-client-certs.html */
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const VALID_MS = 365 * 24 * 60 * 60 * 1000;
/** A device's clock may be a little behind. */
const LEEWAY_MS = 60 * 60 * 1000;

/** A certificate, and what AWS IoT calls it: the SHA-256 of its DER bytes, in hex. */
export interface IssuedCertificate {
  readonly id: string;
  readonly pem: string;
}

/** The local run's certificate authority, for the devices and for the broker. It lives as long as the run. */
export class CertificateAuthority {
  readonly #certificate: X509Certificate;
  readonly #key: webcrypto.CryptoKey;

  private constructor(certificate: X509Certificate, key: webcrypto.CryptoKey) {
    this.#certificate = certificate;
    this.#key = key;
  }

  static async create(): Promise<CertificateAuthority> {
    cryptoProvider.set(webcrypto);
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      ...validity(),
      serialNumber: serialNumber(),
      name: "CN=Local run of industrial-iot-monitoring",
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    return new CertificateAuthority(certificate, keys.privateKey);
  }

  /** The authority's own certificate, in PEM. */
  get pem(): string {
    return this.#certificate.toString("pem");
  }

  /**
   * A certificate for the key of a request.
   * @throws Error where it is no request, or not signed by its own key
   */
  async sign(request: string): Promise<IssuedCertificate> {
    const csr = new Pkcs10CertificateRequest(request);
    if (!(await csr.verify())) throw new Error("The request is not signed by its own key");
    return this.#issue("CN=AWS IoT Certificate", csr.publicKey, [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
    ]);
  }

  /** Key and certificate for a server at 127.0.0.1. */
  async serverIdentity(): Promise<{ readonly key: string; readonly cert: string }> {
    const keys = await newKeys();
    const names = new SubjectAlternativeNameExtension([
      { type: "dns", value: "localhost" },
      { type: "ip", value: "127.0.0.1" },
    ]);
    const usage = new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]);
    const { pem } = await this.#issue("CN=localhost", keys.publicKey, [usage, names]);
    const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
    return { key: PemConverter.encode(key, "PRIVATE KEY"), cert: pem };
  }

  async #issue(
    subject: string,
    publicKey: PublicKey | webcrypto.CryptoKey,
    extensions: Extension[],
  ): Promise<IssuedCertificate> {
    const certificate = await X509CertificateGenerator.create({
      ...validity(),
      serialNumber: serialNumber(),
      subject,
      issuer: this.#certificate.subject,
      publicKey,
      signingKey: this.#key,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        await AuthorityKeyIdentifierExtension.create(this.#certificate.publicKey),
        ...extensions,
      ],
    });
    return {
      id: createHash("sha256").update(Buffer.from(certificate.rawData)).digest("hex"),
      pem: certificate.toString("pem"),
    };
  }
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
}

function validity(): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - LEEWAY_MS), notAfter: new Date(now + VALID_MS) };
}

/** Positive, as X.509 asks. */
function serialNumber(): string {
  return `01${randomBytes(15).toString("hex")}`;
}
