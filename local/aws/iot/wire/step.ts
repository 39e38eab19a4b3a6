import type { Packet } from "mqtt-packet";
import type { Reason } from "../mqtt5/reason";

/** What a packet leads to. */
export type Step =
  /** A packet of 3.1.1, or its bytes. */
  | { readonly toBroker: Packet | Buffer }
  /** A packet of the version that the client speaks. */
  | { readonly toClient: Packet }
  /** The client broke a rule: the connection ends. */
  | { readonly refuse: Reason }
  /** The client goes, and wants its last will published: the connection ends as if it broke. */
  | { readonly breakOff: true };
