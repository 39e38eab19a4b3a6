import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { annotationsOf, expiresAt, secondsLeft, unwrap, wrap } from "../../../../../local/aws/iot/mqtt5/message";
import { anyText } from "../../../../helpers/any-text";

const bytes = fc.uint8Array().map((array) => Buffer.from(array));
const text = anyText();
const annotations = fc.record(
  {
    payloadFormatIndicator: fc.boolean(),
    contentType: text,
    responseTopic: text,
    correlationData: bytes,
    userProperties: fc.dictionary(text, fc.oneof(text, fc.array(text))),
    messageExpiryInterval: fc.nat(),
  },
  { requiredKeys: [] },
);

describe("a message on its way to the broker", () => {
  it("comes out as it went in", () => {
    fc.assert(
      fc.property(annotations, bytes, fc.option(fc.nat(), { nil: undefined }), (notes, payload, expiry) => {
        const message = { annotations: notes, payload, ...(expiry !== undefined && { expiry }) };
        expect(unwrap(wrap(message))).toEqual(message);
      }),
    );
  });

  it("has no alias and no subscription identifier", () => {
    expect(annotationsOf({ topicAlias: 1, subscriptionIdentifier: 2, contentType: "a" })).toEqual({ contentType: "a" });
    expect(annotationsOf(undefined)).toEqual({});
  });
});

describe("a message's expiry", () => {
  it.each([
    [0, 1],
    [1, 1],
    [2, 2],
    [604_800, 604_800],
    [604_801, 604_800],
  ])("of %i seconds is one of %i", (asked, granted) => {
    expect(expiresAt(asked, 5000)).toBe(5000 + granted * 1000);
  });

  it.each([
    [10_000, 10],
    [10_001, 9],
    [19_001, 0],
    [20_000, 0],
    [20_001, -1],
  ])("leaves at %i ms %i seconds of 10", (now, left) => {
    expect(secondsLeft(20_000, now)).toBe(left);
  });
});
