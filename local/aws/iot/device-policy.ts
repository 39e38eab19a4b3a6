import { THING_NAME } from "../../../contract/thing-name";
import { type Decision, evaluatePolicy, type PolicyRequest } from "../iam/policy-evaluator";
import { BoundedMemory } from "./bounded-memory";

/** What remembered decisions may take: those of some 30,000 devices. */
const DECISIONS_BYTES = 32 * 1024 * 1024;

/** A request of a device to the broker. */
export type DeviceAction =
  | { readonly action: "iot:Connect" }
  | { readonly action: "iot:Publish" | "iot:RetainPublish" | "iot:Receive"; readonly topic: string }
  | { readonly action: "iot:Subscribe"; readonly topicFilter: string };

/**
 * The relation of a connection's certificate to the thing whose name is the client id. `out`: the certificate is not active, or the
 * device policy is not attached to it.
 */
export type Standing = "attached" | "unattached" | "out";

/** Without a certificate, the connection counts as attached to the thing whose name is the client id. */
function standingWithout(clientId: string): Standing {
  // No thing can have another name.
  return THING_NAME.test(clientId) ? "attached" : "unattached";
}

/** The device policy, evaluated for one request at a time. */
export class DevicePolicy {
  readonly #document: string;
  readonly #region: string;
  readonly #account: string;
  readonly #decided = new BoundedMemory<boolean>(DECISIONS_BYTES);

  /**
   * @param document The policy as JSON.
   * @param region The stack's.
   * @param account The stack's.
   */
  constructor(document: string, region: string, account: string) {
    this.#document = document;
    this.#region = region;
    this.#account = account;
  }

  /** Whether the policy allows the request. Decisions are cached: a device publishes to the same topic again and again. */
  allows(clientId: string, request: DeviceAction, standing = standingWithout(clientId)): boolean {
    if (standing === "out") return false;
    const resource = this.#resource(clientId, request);
    const key = `${standing} ${request.action} ${clientId} ${resource}`;
    let allowed = this.#decided.get(key);
    if (allowed === undefined) {
      const asked = policyRequest(clientId, standing === "attached", request.action, resource);
      const decision: Decision = evaluatePolicy([this.#document], asked);
      allowed = decision === "allow";
      this.#decided.add(key, allowed);
    }
    return allowed;
  }

  #resource(clientId: string, request: DeviceAction): string {
    const arn = `arn:aws:iot:${this.#region}:${this.#account}:`;
    if (request.action === "iot:Connect") return `${arn}client/${clientId}`;
    return request.action === "iot:Subscribe"
      ? `${arn}topicfilter/${request.topicFilter}`
      : `${arn}topic/${request.topic}`;
  }
}

function policyRequest(clientId: string, isAttached: boolean, action: string, resource: string): PolicyRequest {
  // The thing's variables resolve for one that the connection is attached to.
  const thing = isAttached ? { "iot:Connection.Thing.ThingName": clientId } : {};
  const context = { "iot:ClientId": clientId, "iot:Connection.Thing.IsAttached": String(isAttached), ...thing };
  return { action, resource, context };
}
