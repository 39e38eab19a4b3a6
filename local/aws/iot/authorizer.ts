import type { ConnectPacket, PublishPacket } from "aedes";
import type { DeviceAction, DevicePolicy, Standing } from "./device-policy";
import { clientIdFault, publishFault } from "./limits";
import { REASON, Reason } from "./mqtt5/reason";

/** Who a connection is. */
export interface Identity {
  readonly clientId: string;
  /** SHA-256 of its certificate, in hex; undefined for a connection without one. */
  readonly certificateId: string | undefined;
}

/** A client's last will. */
export type Will = NonNullable<ConnectPacket["will"]>;

/** Decides what a connection may do, as AWS IoT does: by its limits, by the device policy and by the certificate's attachments. */
export class Authorizer {
  readonly #policy: DevicePolicy;
  readonly #standingOf: (certificateId: string, thingName: string) => Standing;

  /** @param standingOf The relation of the certificate with this SHA-256 to the thing of this name. */
  constructor(policy: DevicePolicy, standingOf: (certificateId: string, thingName: string) => Standing) {
    this.#policy = policy;
    this.#standingOf = standingOf;
  }

  /** Why this connection is refused, or undefined if it is accepted. */
  connectRefusal(identity: Identity, will: Will | undefined): Reason | undefined {
    const fault = clientIdFault(identity.clientId);
    if (fault) return fault;
    if (!this.#allows(identity, { action: "iot:Connect" })) return this.#denied(identity, "to connect");
    if (will === undefined) return undefined;
    const refusal = this.publishRefusal(identity, { ...will, qos: will.qos ?? 0, retain: will.retain ?? false });
    return refusal && new Reason(refusal.code, `its last will is refused: ${refusal.why}`);
  }

  /** Why this publish is refused, or undefined if it is accepted. */
  publishRefusal(
    identity: Identity,
    packet: Pick<PublishPacket, "topic" | "payload" | "qos" | "retain">,
  ): Reason | undefined {
    const fault = publishFault(packet);
    if (fault) return fault;
    const { topic, retain } = packet;
    if (!this.#allows(identity, { action: "iot:Publish", topic }))
      return this.#denied(identity, `to publish to ${JSON.stringify(topic)}`);
    if (retain && !this.#allows(identity, { action: "iot:RetainPublish", topic }))
      return this.#denied(identity, `a retained publish to ${JSON.stringify(topic)}`);
    return undefined;
  }

  /** Why the policy refuses this subscription, or undefined if it allows it. */
  subscribeRefusal(identity: Identity, topicFilter: string): Reason | undefined {
    if (this.#allows(identity, { action: "iot:Subscribe", topicFilter })) return undefined;
    return this.#denied(identity, `to subscribe to ${JSON.stringify(topicFilter)}`);
  }

  /** Whether the connection may receive a message of this topic. */
  mayReceive(identity: Identity, topic: string): boolean {
    return this.#allows(identity, { action: "iot:Receive", topic });
  }

  #allows(identity: Identity, request: DeviceAction): boolean {
    return this.#policy.allows(identity.clientId, request, this.#standing(identity));
  }

  #standing({ clientId, certificateId }: Identity): Standing | undefined {
    return certificateId === undefined ? undefined : this.#standingOf(certificateId, clientId);
  }

  #denied(identity: Identity, action: string): Reason {
    const standing = this.#standing(identity);
    if (standing === "out")
      return notAuthorized("its certificate is not active, or the device policy is not attached to it");
    const unattached = standing === "unattached" ? ": its certificate is not attached to a thing of this name" : "";
    return notAuthorized(`the device policy does not allow it ${action}${unattached}`);
  }
}

function notAuthorized(why: string): Reason {
  return new Reason(REASON.notAuthorized, why);
}
