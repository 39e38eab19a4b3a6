/** The AWS services that emulators run, by the name that a request's signature carries. */
export const SERVICES = ["dynamodb", "s3"] as const;
/** A service that an emulator answers for. */
export type Service = (typeof SERVICES)[number];

/** What of a request tells its service. */
export interface RequestHead {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** The service that a request is signed for, whatever its name; undefined for a request without a signature. */
export function signedService({ url, headers }: RequestHead): string | undefined {
  const authorization = typeof headers.authorization === "string" ? headers.authorization : "";
  // The second version of signatures, of which S3 alone is asked still: CLI v1 presigns by it.
  if (/^AWS [^:]+:/.test(authorization) || /[?&]AWSAccessKeyId=/.test(url)) return "s3";
  const scope = /Credential=([^,\s]+)/.exec(authorization)?.[1] ?? presignedCredential(url);
  // <access key id>/<yyyymmdd>/<region>/<service>/aws4_request; the key id may hold slashes, so count from the end.
  return scope?.split("/").at(-2)?.toLowerCase();
}

function presignedCredential(url: string): string | undefined {
  const query = url.indexOf("?");
  return query < 0 ? undefined : (new URLSearchParams(url.slice(query + 1)).get("X-Amz-Credential") ?? undefined);
}

/** Whether an emulator answers for the service of this name. */
export function isService(name: string | undefined): name is Service {
  return SERVICES.some((service) => service === name);
}
