import { type Decision, evaluatePolicy, type PolicyRequest } from "../policy-evaluator";
import { THING_NAME } from "./limits";

/** What a device asks of the broker. */
export type DeviceAction =
  | { readonly action: "iot:Connect" }
  | { readonly action: "iot:Publish" | "iot:RetainPublish" | "iot:Receive"; readonly topic: string }
  | { readonly action: "iot:Subscribe"; readonly topicFilter: string };

/** Says what the device policy allows. Here the client id stands for the thing that a certificate would be attached to. */
export class DeviceAccess {
  readonly #decided = new Map<string, boolean>();

  /** `policy` is the device policy's text; region and account are those of the stack. */
  constructor(
    private readonly policy: string,
    private readonly region: string,
    private readonly account: string,
  ) {}

  /** Whether the policy allows it. Decisions are remembered: a device publishes to the same topic for ever. */
  allows(clientId: string, request: DeviceAction): boolean {
    const resource = this.#resource(clientId, request);
    const key = `${request.action} ${clientId} ${resource}`;
    let allowed = this.#decided.get(key);
    if (allowed === undefined) {
      const decision: Decision = evaluatePolicy([this.policy], policyRequest(clientId, request.action, resource));
      allowed = decision === "allow";
      if (this.#decided.size >= 50_000) this.#decided.clear();
      this.#decided.set(key, allowed);
    }
    return allowed;
  }

  #resource(clientId: string, request: DeviceAction): string {
    const arn = `arn:aws:iot:${this.region}:${this.account}:`;
    if (request.action === "iot:Connect") return `${arn}client/${clientId}`;
    return request.action === "iot:Subscribe"
      ? `${arn}topicfilter/${request.topicFilter}`
      : `${arn}topic/${request.topic}`;
  }
}

function policyRequest(clientId: string, action: string, resource: string): PolicyRequest {
  // A client id that no thing can have belongs to none: the thing's variables do not resolve then.
  const thing = THING_NAME.test(clientId)
    ? { "iot:Connection.Thing.ThingName": clientId, "iot:Connection.Thing.IsAttached": "true" }
    : { "iot:Connection.Thing.IsAttached": "false" };
  return { action, resource, context: { "iot:ClientId": clientId, ...thing } };
}
