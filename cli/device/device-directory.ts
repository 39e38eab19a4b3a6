import { setTimeout as sleep } from "node:timers/promises";
import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateCertificateFromCsrCommand,
  CreateThingCommand,
  DeleteCertificateCommand,
  DeleteConflictException,
  DeleteThingCommand,
  DescribeCertificateCommand,
  DescribeEndpointCommand,
  DescribeThingCommand,
  DetachPolicyCommand,
  DetachThingPrincipalCommand,
  InvalidRequestException,
  type IoTClient,
  paginateListAttachedPolicies,
  paginateListPrincipalThings,
  paginateListTargetsForPolicy,
  paginateListThingPrincipals,
  ResourceNotFoundException,
  UpdateCertificateCommand,
} from "@aws-sdk/client-iot";

/** The thing's attribute that holds what kind of device it is. */
const TYPE = "type";
/** AWS takes some seconds to notice that something was detached. */
const TRIES = 8;

/** A certificate as the registry has it. */
export interface Certificate {
  readonly arn: string;
  /** Whether it lets its device in. */
  readonly isActive: boolean;
}

/** The part of AWS IoT's registry that a stack's devices use. */
export class DeviceDirectory {
  readonly #client: IoTClient;
  readonly #retryMs: number;

  constructor(
    client: IoTClient,
    /** The policy that lets a device of this stack in. */
    readonly policyName: string,
    retryMs = 1000,
  ) {
    this.#client = client;
    this.#retryMs = retryMs;
  }

  /** The thing's type, "" where it has none; undefined where there is no such thing. */
  async typeOf(thingName: string): Promise<string | undefined> {
    const thing = await orUndefined(this.#client.send(new DescribeThingCommand({ thingName })));
    return thing && (thing.attributes?.[TYPE] ?? "");
  }

  /** Creates the thing, with its type if it has one. */
  async createThing(thingName: string, type: string | undefined): Promise<void> {
    const attributePayload = type === undefined ? undefined : { attributes: { [TYPE]: type } };
    await this.#client.send(new CreateThingCommand({ thingName, ...(attributePayload && { attributePayload }) }));
  }

  /** ARNs of the certificates that are attached to a thing. */
  async certificatesOf(thingName: string): Promise<string[]> {
    const arns: string[] = [];
    for await (const { principals = [] } of paginateListThingPrincipals({ client: this.#client }, { thingName }))
      arns.push(...principals);
    return arns;
  }

  /** The certificate of this id; undefined where the account has none. */
  async certificate(certificateId: string): Promise<Certificate | undefined> {
    const found = await orUndefined(this.#client.send(new DescribeCertificateCommand({ certificateId })));
    const { certificateArn, status } = found?.certificateDescription ?? {};
    return certificateArn === undefined ? undefined : { arn: certificateArn, isActive: status === "ACTIVE" };
  }

  /**
   * Issues an active certificate for the request's key.
   * @throws Error where AWS IoT answers without one
   */
  async certify(certificateSigningRequest: string): Promise<{ readonly arn: string; readonly pem: string }> {
    const { certificateArn, certificatePem } = await this.#client.send(
      new CreateCertificateFromCsrCommand({ certificateSigningRequest, setAsActive: true }),
    );
    if (!certificateArn || !certificatePem) throw new Error("AWS IoT answered without a certificate");
    return { arn: certificateArn, pem: certificatePem };
  }

  /** Lets the certificate in as the thing. */
  async attach(thingName: string, principal: string): Promise<void> {
    await this.#client.send(new AttachPolicyCommand({ policyName: this.policyName, target: principal }));
    await this.#client.send(new AttachThingPrincipalCommand({ thingName, principal }));
  }

  /** Names of the policies that are attached to a certificate. */
  async policiesOf(target: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { policies = [] } of paginateListAttachedPolicies({ client: this.#client }, { target }))
      for (const { policyName } of policies) if (policyName !== undefined) names.push(policyName);
    return names;
  }

  /** Names of the things that a certificate is attached to. */
  async thingsOf(principal: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { things = [] } of paginateListPrincipalThings({ client: this.#client }, { principal }))
      names.push(...things);
    return names;
  }

  /** ARNs of the certificates that the stack's policy is attached to. */
  async *certificates(): AsyncGenerator<string> {
    const { policyName } = this;
    for await (const { targets = [] } of paginateListTargetsForPolicy({ client: this.#client }, { policyName }))
      yield* targets;
  }

  /**
   * Detaches a certificate from the thing. A certificate of no other thing is deactivated first, which locks the device out, and
   * deleted with its attachments: AWS deletes no policy that is still attached.
   */
  async retire(thingName: string, principal: string): Promise<void> {
    const otherThings = (await this.thingsOf(principal)).filter((name) => name !== thingName);
    const certificateId = principal.split("/").at(-1) ?? "";
    if (otherThings.length === 0) {
      await this.#client.send(new UpdateCertificateCommand({ certificateId, newStatus: "INACTIVE" }));
      for (const policyName of await this.policiesOf(principal))
        await this.#client.send(new DetachPolicyCommand({ policyName, target: principal }));
    }
    await orUndefined(this.#client.send(new DetachThingPrincipalCommand({ thingName, principal })));
    if (otherThings.length > 0) return;
    await this.#eventually(DeleteConflictException, () =>
      orUndefined(this.#client.send(new DeleteCertificateCommand({ certificateId }))),
    );
  }

  /** Deletes the thing. */
  async deleteThing(thingName: string): Promise<void> {
    await this.#eventually(InvalidRequestException, () => this.#client.send(new DeleteThingCommand({ thingName })));
  }

  /** Where devices connect; the port is 8883 where the answer names none. */
  async endpoint(): Promise<{ readonly host: string; readonly port: number }> {
    const { endpointAddress = "" } = await this.#client.send(
      new DescribeEndpointCommand({ endpointType: "iot:Data-ATS" }),
    );
    const [host = "", port = "8883"] = endpointAddress.split(":");
    return { host, port: Number(port) };
  }

  /** Tries again while AWS refuses because it has not noticed a detachment. */
  async #eventually(refusal: new (...args: never[]) => Error, change: () => Promise<unknown>): Promise<void> {
    for (let tried = 1; ; tried += 1) {
      try {
        await change();
        return;
      } catch (error) {
        if (!(error instanceof refusal) || tried === TRIES) throw error;
        await sleep(this.#retryMs);
      }
    }
  }
}

/** The answer; undefined where AWS has no such resource. */
async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
