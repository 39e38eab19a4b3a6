import { describe, expect, it } from "vitest";
import { boundListing } from "../../../../local/aws/emulators/listing-bounds";

describe("boundListing", () => {
  it.each([
    [{ "max-keys": "1001" }, { "max-keys": "1000" }],
    [{ "max-keys": "1000" }, { "max-keys": "1000" }],
    [{ "max-keys": "0" }, { "max-keys": "0" }],
    [{ prefix: "a" }, { prefix: "a" }],
  ])("makes of %j %j", async (query, bounded) => {
    await boundListing({ query });
    expect(query).toEqual(bounded);
  });
});
