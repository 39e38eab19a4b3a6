import { randomUUID } from "node:crypto";

/** An answer that the gateway gives itself. */
export interface ErrorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Trouble = "throttle" | "error500" | "unavailable";

const THROTTLED = "The level of configured provisioned throughput for the table was exceeded.";
const JSON_ERRORS: Readonly<Record<"dynamodb" | "kinesis", Readonly<Record<Trouble, [number, string, string]>>>> = {
  dynamodb: {
    throttle: [400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", THROTTLED],
    error500: [500, "com.amazonaws.dynamodb.v20120810#InternalServerError", "Internal server error"],
    unavailable: [503, "com.amazonaws.dynamodb.v20120810#ServiceUnavailable", "Service is unavailable"],
  },
  kinesis: {
    throttle: [400, "ProvisionedThroughputExceededException", "Rate exceeded for shard"],
    error500: [500, "InternalFailure", "Internal failure"],
    unavailable: [503, "ServiceUnavailable", "Service is unavailable"],
  },
};
const XML_ERRORS: Readonly<Record<Trouble, [number, string, string]>> = {
  throttle: [503, "SlowDown", "Please reduce your request rate."],
  error500: [500, "InternalError", "We encountered an internal error. Please try again."],
  unavailable: [503, "ServiceUnavailable", "Service is unable to handle request."],
};

/** https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html */
const QUERY_ERRORS: Readonly<Record<Trouble, [number, string, string]>> = {
  throttle: [400, "Throttling", "Rate exceeded"],
  error500: [500, "InternalFailure", "Internal failure"],
  unavailable: [503, "ServiceUnavailable", "Service is unavailable"],
};

/** A service's trouble in its own wire format. */
export function troubleResponse(service: "dynamodb" | "kinesis" | "s3" | "sns", trouble: Trouble): ErrorResponse {
  if (service === "s3") return xmlError(...XML_ERRORS[trouble]);
  if (service === "sns") return queryError(...QUERY_ERRORS[trouble]);
  return jsonError(...JSON_ERRORS[service][trouble]);
}

/** How a client reads errors: the newer protocols as JSON, the query protocol and S3 each as XML of their own. */
export type ErrorFormat = "json" | "query" | "s3";

/** What a request for a service that does not run here gets. */
export function unknownServiceResponse(
  service: string | undefined,
  known: readonly string[],
  format: ErrorFormat,
): ErrorResponse {
  const asked = service === undefined ? "the request carries no AWS signature" : `"${service}" does not run here`;
  const message = `${asked}; this local endpoint has ${known.join(", ")}`;
  return errorIn(format)(400, format === "json" ? "UnknownServiceException" : "UnknownService", message);
}

function errorIn(format: ErrorFormat) {
  if (format === "json") return jsonError;
  return format === "query" ? queryError : xmlError;
}

/** What a request gets that a service fails at. */
export function unforeseenResponse(problem: string, format: ErrorFormat): ErrorResponse {
  const message = `the local endpoint failed at this request: ${problem}`;
  return errorIn(format)(500, "InternalFailure", message);
}

/** The answer before the run is ready; "run" is for requests to the run itself. */
export function notReadyResponse(step: string, format: ErrorFormat | "run"): ErrorResponse {
  const message = `the local run is not ready yet: it is ${step}. Try again in some seconds`;
  const error =
    format === "json" ? jsonError(503, "ServiceUnavailable", message) : xmlError(503, "ServiceUnavailable", message);
  const headers = { ...error.headers, "retry-after": "1" };
  if (format !== "run") return { ...error, headers };
  const body = `${JSON.stringify({ problems: [message], step }, null, 2)}\n`;
  return { status: 503, headers: { "content-type": "application/json", "retry-after": "1" }, body };
}

/** What DynamoDB answers to an item that is nested too deep. */
export function tooDeepResponse(): ErrorResponse {
  return jsonError(
    400,
    "com.amazon.coral.validate#ValidationException",
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
  );
}

function queryError(status: number, code: string, message: string): ErrorResponse {
  const error = xmlError(status, code, message);
  const body = error.body.replace("<Error>", "<ErrorResponse><Error>").replace("</Error>", "</Error></ErrorResponse>");
  return { ...error, body };
}

function jsonError(status: number, type: string, message: string): ErrorResponse {
  return {
    status,
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amzn-requestid": randomUUID(),
      "x-amzn-errortype": type,
    },
    body: JSON.stringify({ __type: type, message }),
  };
}

/** An error in S3's form. */
export function xmlError(status: number, code: string, message: string): ErrorResponse {
  const escaped = message.replace(/[<&>]/g, (character) => `&#${character.charCodeAt(0)};`);
  const requestId = randomUUID();
  return {
    status,
    headers: { "content-type": "application/xml", "x-amz-request-id": requestId },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escaped}</Message><RequestId>${requestId}</RequestId></Error>`,
  };
}
