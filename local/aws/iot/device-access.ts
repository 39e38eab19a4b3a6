import { THING_NAME } from "../../../contract/thing-name";
import { type Decision, evaluatePolicy, type PolicyRequest } from "../iam/policy-evaluator";

/** What a device asks of the broker. */
export type DeviceAction =
  | { readonly action: "iot:Connect" }
  | { readonly action: "iot:Publish" | "iot:RetainPublish" | "iot:Receive"; readonly topic: string }
  | { readonly action: "iot:Subscribe"; readonly topicFilter: string };

/**
 * What a connection is to its thing, the one that is called as its client id: attached to it, or not. A certificate that is
 * inactive, or that the device policy is not attached to, is out.
 */
export type Standing = "attached" | "unattached" | "out";

/** Without a certificate the client id stands for the thing that one would be attached to. */
function standingWithout(clientId: string): Standing {
  // A client id that no thing can have belongs to none.
  return THING_NAME.test(clientId) ? "attached" : "unattached";
}

/** Says what the device policy allows. */
export class DeviceAccess {
  readonly #policy: string;
  readonly #region: string;
  readonly #account: string;
  readonly #decided = new Map<string, boolean>();

  /** `policy` is the device policy's text; region and account are those of the stack. */
  constructor(policy: string, region: string, account: string) {
    this.#policy = policy;
    this.#region = region;
    this.#account = account;
  }

  /** Whether the policy allows it. Decisions are remembered: a device publishes to the same topic for ever. */
  allows(clientId: string, request: DeviceAction, standing = standingWithout(clientId)): boolean {
    if (standing === "out") return false;
    const resource = this.#resource(clientId, request);
    const key = `${standing} ${request.action} ${clientId} ${resource}`;
    let allowed = this.#decided.get(key);
    if (allowed === undefined) {
      const asked = policyRequest(clientId, standing === "attached", request.action, resource);
      const decision: Decision = evaluatePolicy([this.#policy], asked);
      allowed = decision === "allow";
      if (this.#decided.size >= 50_000) this.#decided.clear();
      this.#decided.set(key, allowed);
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
