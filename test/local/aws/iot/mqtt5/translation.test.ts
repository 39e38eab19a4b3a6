import type { IConnectPacket, Packet } from "mqtt-packet";
import { beforeEach, describe, expect, it } from "vitest";
import { unwrap, wrap } from "../../../../../local/aws/iot/mqtt5/message";
import { REASON, Reason } from "../../../../../local/aws/iot/mqtt5/reason";
import { Translation } from "../../../../../local/aws/iot/mqtt5/translation";

const CONNECT: IConnectPacket = { cmd: "connect", protocolVersion: 5, clientId: "a", clean: true, keepalive: 60 };
const ACCEPTED = { cmd: "connack", returnCode: 0, sessionPresent: false } as const;
const publish = { cmd: "publish", topic: "t", payload: "x", qos: 1, messageId: 1, dup: false, retain: false } as const;

let now: number;
let translation: Translation;

beforeEach(() => {
  now = 0;
  translation = new Translation(() => now);
});

/** Lets the client in. */
function connected(change: Partial<IConnectPacket> = {}): void {
  translation.fromClient({ ...CONNECT, ...change });
  translation.fromBroker(ACCEPTED);
}

/** A message on its way from the broker to the client. */
function message(messageId: number | undefined, expiry?: number): Packet {
  const payload = wrap({ annotations: { contentType: "c" }, payload: Buffer.from("x"), ...(expiry && { expiry }) });
  const qos = messageId === undefined ? 0 : 1;
  return { cmd: "publish", topic: "t", payload, qos, dup: false, retain: false, ...(messageId && { messageId }) };
}

describe("a CONNECT of MQTT 5", () => {
  it.each([
    ["a clean start without expiry", { clean: true }, true],
    ["a clean start with expiry", { clean: true, properties: { sessionExpiryInterval: 1 } }, false],
    ["no clean start", { clean: false }, false],
    ["no client id", { clientId: "", clean: false }, true],
  ])("with %s asks the broker for a clean session: %#", (_what, change, clean) => {
    expect(translation.fromClient({ ...CONNECT, username: "u", ...change })).toEqual([
      {
        toBroker: {
          cmd: "connect",
          protocolId: "MQTT",
          protocolVersion: 4,
          clientId: "a",
          clean,
          keepalive: 60,
          ...("clientId" in change && { clientId: change.clientId }),
        },
      },
    ]);
  });

  it("hands its last will on with its properties", () => {
    const properties = { contentType: "c", willDelayInterval: 5, messageExpiryInterval: 9 };
    const will = { topic: "w", payload: "bye", qos: 1 as const, retain: false, properties };
    const [step] = translation.fromClient({ ...CONNECT, will });
    const packet = (step as { toBroker: IConnectPacket }).toBroker;
    expect(unwrap(packet.will?.payload as Buffer)).toEqual({
      annotations: { contentType: "c", messageExpiryInterval: 9 },
      payload: Buffer.from("bye"),
    });
  });

  it.each<[string, Partial<IConnectPacket>, number]>([
    ["an authentication method", { properties: { authenticationMethod: "x" } }, REASON.badAuthenticationMethod],
    ["a last will to a filter", { will: { topic: "a/#", payload: "x" } }, REASON.topicNameInvalid],
    ["a last will that is too long", { will: { topic: "w", payload: "x".repeat(65_530) } }, REASON.packetTooLarge],
  ])("with %s is refused in the CONNACK", (_what, change, reasonCode) => {
    expect(translation.fromClient({ ...CONNECT, ...change })).toMatchObject([{ refuse: { code: reasonCode } }]);
    translation.endBecause(new Reason(reasonCode as Reason["code"], "why"));
    expect(translation.farewell()).toEqual({
      cmd: "connack",
      sessionPresent: false,
      reasonCode,
      properties: { reasonString: "why" },
    });
  });

  it.each([
    [2, REASON.clientIdNotValid],
    [3, REASON.serverUnavailable],
    [4, REASON.badUserNameOrPassword],
    [5, REASON.notAuthorized],
  ])("that the broker answers with %i is answered with %i", (returnCode, reasonCode) => {
    translation.fromClient(CONNECT);
    expect(translation.fromBroker({ ...ACCEPTED, returnCode })).toEqual([
      { toClient: { cmd: "connack", sessionPresent: false, reasonCode } },
    ]);
    expect(translation.farewell()).toBeUndefined();
  });

  it("that is refused for a reason is answered with it, in words unless it wants none", () => {
    for (const requestProblemInformation of [true, false]) {
      translation = new Translation(() => now);
      translation.fromClient({ ...CONNECT, properties: { requestProblemInformation } });
      translation.endBecause(new Reason(REASON.qosNotSupported, "why"));
      expect(translation.fromBroker({ ...ACCEPTED, returnCode: 5 })).toEqual([
        {
          toClient: {
            cmd: "connack",
            sessionPresent: false,
            reasonCode: REASON.qosNotSupported,
            ...(requestProblemInformation && { properties: { reasonString: "why" } }),
          },
        },
      ]);
    }
  });

  it("comes first, and once", () => {
    const first = new Translation(() => now).fromClient({ cmd: "pingreq" });
    expect(first).toMatchObject([{ refuse: { code: REASON.protocolError } }]);
    connected();
    expect(translation.fromClient(CONNECT)).toMatchObject([{ refuse: { code: REASON.protocolError } }]);
  });
});

describe("a publish of MQTT 5", () => {
  beforeEach(() => connected());

  it("goes on with the topic that its alias stands for, and its properties", () => {
    translation.fromClient({ ...publish, properties: { topicAlias: 1 } });
    const properties = { topicAlias: 1, userProperties: { a: "b" }, correlationData: Buffer.from([0, 255]) };
    const [step] = translation.fromClient({ ...publish, topic: "", properties });
    const { payload, ...packet } = (step as { toBroker: typeof publish & { payload: Buffer } }).toBroker;
    expect(packet).toEqual({ cmd: "publish", topic: "t", qos: 1, messageId: 1, dup: false, retain: false });
    expect(unwrap(payload)).toEqual({
      annotations: { userProperties: { a: "b" }, correlationData: Buffer.from([0, 255]) },
      payload: Buffer.from("x"),
    });
  });

  it("is one too many when a hundred wait for their PUBACK", () => {
    const send = (messageId: number) => translation.fromClient({ ...publish, messageId });
    for (let id = 1; id <= 100; id += 1) expect(send(id)).toMatchObject([{ toBroker: { cmd: "publish" } }]);
    expect(translation.fromBroker({ cmd: "puback", messageId: 7 })).toEqual([
      { toClient: { cmd: "puback", messageId: 7, reasonCode: 0 } },
    ]);
    expect(send(101)).toMatchObject([{ toBroker: { cmd: "publish" } }]);
    expect(send(102)).toMatchObject([{ refuse: { code: REASON.receiveMaximumExceeded } }]);
  });
});

describe("the answers to SUBSCRIBE and UNSUBSCRIBE", () => {
  beforeEach(() => connected());

  it("have a code for each filter, also where the broker answers once for two", () => {
    const subscriptions = ["a", "b", "a"].map((topic) => ({ topic, qos: 1 as const, nl: true, rap: true, rh: 2 }));
    expect(translation.fromClient({ cmd: "subscribe", messageId: 3, subscriptions })).toEqual([
      {
        toBroker: {
          cmd: "subscribe",
          messageId: 3,
          subscriptions: ["a", "b", "a"].map((topic) => ({ topic, qos: 1 })),
        },
      },
    ]);
    expect(translation.fromBroker({ cmd: "suback", messageId: 3, granted: [1, 128] })).toEqual([
      { toClient: { cmd: "suback", messageId: 3, granted: [1, REASON.notAuthorized, 1] } },
    ]);
    translation.fromClient({ cmd: "unsubscribe", messageId: 4, unsubscriptions: ["a", "b"] });
    expect(translation.fromBroker({ cmd: "unsuback", messageId: 4, granted: [] })).toEqual([
      { toClient: { cmd: "unsuback", messageId: 4, granted: [0, 0] } },
    ]);
  });
});

describe("a message to a client of MQTT 5", () => {
  const ids = (steps: readonly object[]) =>
    steps.map((step) => ("toClient" in step ? (step.toClient as Packet).messageId : step));

  it("has its properties, and says how many seconds it has left", () => {
    connected();
    now = 1001;
    expect(translation.fromBroker(message(undefined, 30_000))).toEqual([
      {
        toClient: {
          ...message(undefined),
          length: undefined,
          payload: Buffer.from("x"),
          properties: { contentType: "c", messageExpiryInterval: 28 },
        },
      },
    ]);
  });

  it("waits while the client has as many as it takes, and is dropped when it expires meanwhile", () => {
    connected({ properties: { receiveMaximum: 2 } });
    expect(
      ids([1, 2, 3, 4, 5].flatMap((id) => translation.fromBroker(message(id, id === 3 ? 1000 : undefined)))),
    ).toEqual([1, 2]);
    expect(ids(translation.fromBroker(message(undefined)))).toEqual([undefined]);
    now = 1001;
    expect(ids(translation.fromClient({ cmd: "puback", messageId: 1 }))).toEqual([
      { toBroker: { cmd: "puback", messageId: 1 } },
      { toBroker: { cmd: "puback", messageId: 3 } },
      4,
    ]);
    expect(ids(translation.fromClient({ cmd: "puback", messageId: 2 }))).toEqual([
      { toBroker: { cmd: "puback", messageId: 2 } },
      5,
    ]);
  });

  it.each([
    [12, { toBroker: { cmd: "puback", messageId: 1 } }],
    [13, 1],
  ])("is not sent to a client that takes %i bytes where it is larger", (maximumPacketSize, outcome) => {
    connected({ properties: { maximumPacketSize } });
    expect(ids(translation.fromBroker(message(1)))).toEqual([outcome]);
  });
});

describe("the end of a connection", () => {
  it("is told to the client, once there is a reason, and the first one", () => {
    connected();
    expect(translation.farewell()).toBeUndefined();
    translation.endBecause(new Reason(REASON.sessionTakenOver, "why"));
    translation.endBecause(new Reason(REASON.notAuthorized, "another"));
    expect(translation.farewell()).toEqual({
      cmd: "disconnect",
      reasonCode: REASON.sessionTakenOver,
      properties: { reasonString: "why" },
    });
  });

  it("has no words for a client that takes no packet of their size", () => {
    connected({ properties: { maximumPacketSize: 8 } });
    translation.endBecause(new Reason(REASON.notAuthorized, "a reason"));
    expect(translation.farewell()).toEqual({ cmd: "disconnect", reasonCode: REASON.notAuthorized });
  });

  it.each([
    [0, [{ toBroker: { cmd: "disconnect" } }]],
    [REASON.disconnectWithWill, [{ breakOff: true }]],
    [0x80, [{ breakOff: true }]],
  ])("by a DISCONNECT of reason %i takes the last will back, or not", (reasonCode, steps) => {
    connected();
    expect(translation.fromClient({ cmd: "disconnect", reasonCode })).toEqual(steps);
  });

  it.each([
    [60, 0, 0],
    [60, 90, 90],
    [60, 4000, 3600],
    [0, 0, 0],
  ])("of a session of %i seconds with a DISCONNECT of %i leaves %i", (agreed, sessionExpiryInterval, left) => {
    connected({ properties: { sessionExpiryInterval: agreed } });
    translation.fromClient({ cmd: "disconnect", reasonCode: 0, properties: { sessionExpiryInterval } });
    expect(translation.agreed?.sessionExpirySeconds).toBe(left);
  });

  it("does not keep a session that was not to be kept", () => {
    connected();
    const properties = { sessionExpiryInterval: 1 };
    expect(translation.fromClient({ cmd: "disconnect", reasonCode: 0, properties })).toMatchObject([
      { refuse: { code: REASON.protocolError } },
    ]);
  });
});
