import { webcrypto } from "node:crypto";

/** ECDSA on P-256: https://docs.aws.amazon.com/iot/latest/developerguide/x509-client-certs.html */
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const PEM_TYPE = "PRIVATE KEY";

/** A new private key, in PEM (PKCS #8). */
export async function newKey(): Promise<string> {
  const { PemConverter } = x509();
  const pair = (await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
  return PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", pair.privateKey), PEM_TYPE);
}

/**
 * A request to certify a key, signed with it, in PEM (PKCS #10), without the key itself.
 * @throws Error where `keyPem` holds no key
 */
export async function certificateRequest(name: string, keyPem: string): Promise<string> {
  const { cryptoProvider, PemConverter, Pkcs10CertificateRequestGenerator } = x509();
  cryptoProvider.set(webcrypto);
  const [der] = PemConverter.decode(keyPem);
  if (der === undefined) throw new Error('"private.key" must be a key in PEM, got another text');
  const privateKey = await webcrypto.subtle.importKey("pkcs8", der, ALGORITHM, true, ["sign"]);
  const { d: _secret, ...open } = await webcrypto.subtle.exportKey("jwk", privateKey);
  const publicKey = await webcrypto.subtle.importKey("jwk", { ...open, key_ops: ["verify"] }, ALGORITHM, true, [
    "verify",
  ]);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [name] }],
    keys: { privateKey, publicKey },
    signingAlgorithm: ALGORITHM,
  });
  return request.toString("pem");
}

/** Loaded where a key is made: it takes as long as the rest of most commands. */
function x509(): typeof import("@peculiar/x509") {
  require("reflect-metadata");
  return require("@peculiar/x509");
}
