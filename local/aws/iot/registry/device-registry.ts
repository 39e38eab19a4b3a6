import { randomUUID } from "node:crypto";
import { THING_NAME } from "../../../../contract/thing-name";
import type { Standing } from "../device-policy";
import type { IssuedCertificate } from "./certificate-authority";

/** An error that AWS IoT's control plane answers with. */
export class IotError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Whether a device can connect with a certificate. Of AWS's statuses these two occur here. */
export type CertificateStatus = "ACTIVE" | "INACTIVE";

/** A thing of the registry. */
export interface Thing {
  readonly name: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** ARNs of the certificates that are attached. */
  readonly principals: Set<string>;
}

/** A registered certificate. */
export interface Certificate extends IssuedCertificate {
  readonly arn: string;
  /** Is set by `updateCertificate`. */
  status: CertificateStatus;
  /** Names of the policies that are attached. */
  readonly policies: Set<string>;
}

/**
 * The things, certificates and attachments of the run's account, with the rules of AWS IoT's control plane.
 * https://docs.aws.amazon.com/iot/latest/apireference/API_Operations_AWS_IoT.html
 */
export class DeviceRegistry {
  readonly #arnPrefix: string;
  readonly #things = new Map<string, Thing>();
  readonly #certificates = new Map<string, Certificate>();
  readonly #withdrawalListeners = new Set<() => void>();

  constructor(
    arnPrefix: string,
    /** The one policy that the account has. */
    readonly policyName: string,
  ) {
    this.#arnPrefix = arnPrefix;
  }

  /** Calls `listener` each time that a certificate may do less than before. */
  onWithdrawal(listener: () => void): void {
    this.#withdrawalListeners.add(listener);
  }

  arn(resource: string): string {
    return `${this.#arnPrefix}${resource}`;
  }

  createThing(name: string, attributes: Readonly<Record<string, string>>): Thing {
    if (!THING_NAME.test(name)) throw invalid(`"${name}" is not a thing's name`);
    const known = this.#things.get(name);
    if (known && !isSame(known.attributes, attributes))
      throw new IotError(
        "ResourceAlreadyExistsException",
        409,
        `Thing ${name} already exists with different attributes`,
      );
    const thing = known ?? { name, id: randomUUID(), attributes, principals: new Set<string>() };
    this.#things.set(name, thing);
    return thing;
  }

  thing(name: string): Thing {
    return this.#things.get(name) ?? missing(`Thing ${name} cannot be found.`);
  }

  deleteThing(name: string): void {
    // One that is not there counts as deleted.
    if ((this.#things.get(name)?.principals.size ?? 0) > 0)
      throw invalid(`Cannot delete. Thing ${name} is still attached to one or more principals`);
    this.#things.delete(name);
  }

  addCertificate({ id, pem }: IssuedCertificate, isActive: boolean): Certificate {
    const status = isActive ? "ACTIVE" : "INACTIVE";
    const certificate: Certificate = { id, pem, arn: this.arn(`cert/${id}`), status, policies: new Set() };
    this.#certificates.set(id, certificate);
    return certificate;
  }

  certificate(idOrArn: string): Certificate {
    return this.#certificates.get(idOrArn.split("/").at(-1) ?? "") ?? missing("The certificate does not exist.");
  }

  updateCertificate(id: string, status: CertificateStatus): void {
    this.certificate(id).status = status;
    this.#withdrawn();
  }

  /** What a certificate is to the thing of this name. */
  standing(certificateId: string, thingName: string): Standing {
    const certificate = this.#certificates.get(certificateId);
    if (certificate?.status !== "ACTIVE" || !certificate.policies.has(this.policyName)) return "out";
    return this.#things.get(thingName)?.principals.has(certificate.arn) ? "attached" : "unattached";
  }

  deleteCertificate(id: string): void {
    const certificate = this.certificate(id);
    if (certificate.status === "ACTIVE")
      throw new IotError("CertificateStateException", 406, "Certificate must be deactivated before it is deleted");
    if (certificate.policies.size > 0 || this.thingsOf(certificate.arn).length > 0)
      throw new IotError("DeleteConflictException", 409, "Things or policies must be detached before deletion");
    this.#certificates.delete(id);
  }

  attachThing(name: string, principal: string): void {
    this.thing(name).principals.add(this.certificate(principal).arn);
  }

  detachThing(name: string, principal: string): void {
    this.thing(name).principals.delete(principal);
    this.#withdrawn();
  }

  thingsOf(principal: string): string[] {
    return [...this.#things.values()].filter(({ principals }) => principals.has(principal)).map(({ name }) => name);
  }

  attachPolicy(policy: string, target: string): void {
    this.#policy(policy);
    this.certificate(target).policies.add(policy);
  }

  detachPolicy(policy: string, target: string): void {
    this.#policy(policy);
    this.certificate(target).policies.delete(policy);
    this.#withdrawn();
  }

  targetsOf(policy: string): string[] {
    this.#policy(policy);
    return [...this.#certificates.values()].filter(({ policies }) => policies.has(policy)).map(({ arn }) => arn);
  }

  #withdrawn(): void {
    for (const listener of this.#withdrawalListeners) listener();
  }

  #policy(name: string): void {
    if (name !== this.policyName) missing(`Policy ${name} not found`);
  }
}

function isSame(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => left[name] === right[name]);
}

function missing(message: string): never {
  throw new IotError("ResourceNotFoundException", 404, message);
}

function invalid(message: string): IotError {
  return new IotError("InvalidRequestException", 400, message);
}
