import { describe, expect, it } from "vitest";
import { agreementOn, welcome } from "../../../../../local/aws/iot/mqtt5/agreement";

const connect = (change: object = {}) => ({
  cmd: "connect" as const,
  protocolVersion: 5 as const,
  clientId: "a",
  ...change,
});

describe("agreementOn", () => {
  it("takes the defaults of a client that says nothing", () => {
    expect(agreementOn(connect())).toEqual({
      cleanStart: true,
      sessionExpirySeconds: 0,
      keepAliveSeconds: 1200,
      receiveMaximum: 100,
      maximumPacketSize: Number.POSITIVE_INFINITY,
      tellsWhy: true,
    });
  });

  it.each([
    [0, 1200],
    [1, 30],
    [29, 30],
    [30, 30],
    [1200, 1200],
    [1201, 1200],
  ])("makes a keep-alive of %i one of %i", (keepalive, granted) => {
    expect(agreementOn(connect({ keepalive })).keepAliveSeconds).toBe(granted);
  });

  it.each([
    [3599, 3599],
    [3600, 3600],
    [3601, 3600],
    [0xffffffff, 3600],
  ])("keeps a session of %i seconds for %i", (sessionExpiryInterval, granted) => {
    const asked = connect({ clean: false, properties: { sessionExpiryInterval } });
    const agreed = agreementOn(asked);
    expect(agreed).toMatchObject({ cleanStart: false, sessionExpirySeconds: granted });
    const told = welcome(agreed, asked, true).properties?.sessionExpiryInterval;
    expect(told).toBe(sessionExpiryInterval === granted ? undefined : granted);
  });

  it.each([
    [1, 1],
    [100, 100],
    [101, 100],
  ])("sends a client that takes %i messages at a time %i", (receiveMaximum, granted) => {
    expect(agreementOn(connect({ properties: { receiveMaximum } })).receiveMaximum).toBe(granted);
  });
});

describe("welcome", () => {
  it("says what AWS IoT's CONNACK says", () => {
    const asked = connect({ keepalive: 60 });
    expect(welcome(agreementOn(asked), asked, false)).toEqual({
      cmd: "connack",
      sessionPresent: false,
      reasonCode: 0,
      properties: {
        receiveMaximum: 100,
        maximumQoS: 1,
        retainAvailable: true,
        maximumPacketSize: 149_504,
        topicAliasMaximum: 8,
        wildcardSubscriptionAvailable: true,
        subscriptionIdentifiersAvailable: false,
        sharedSubscriptionAvailable: true,
        serverKeepAlive: 60,
      },
    });
  });
});
