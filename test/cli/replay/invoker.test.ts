import { describe, expect, it } from "vitest";
import { mayPass } from "../../../cli/replay/invoker";

const error = (fields: object) => Object.assign(new Error("no"), fields);
const answered = (httpStatusCode: number, name = "Any") => error({ name, $metadata: { httpStatusCode } });

describe("mayPass", () => {
  it.each([
    answered(429, "TooManyRequestsException"),
    answered(500),
    answered(503),
    answered(400, "ThrottlingException"),
    answered(400, "ProvisionedThroughputExceededException"),
    error({ code: "ECONNRESET" }),
    error({ name: "TimeoutError" }),
  ])("tries again what may be better later (%#)", (trouble) => {
    expect(mayPass(trouble)).toBe(true);
  });

  it.each([
    answered(403, "AccessDeniedException"),
    answered(404, "ResourceNotFoundException"),
    answered(400, "ValidationException"),
    error({ name: "CredentialsProviderError" }),
    new TypeError("a mistake of ours"),
    "text",
  ])("does not try again what stays as it is (%#)", (trouble) => {
    expect(mayPass(trouble)).toBe(false);
  });
});
