import type { IncomingHttpHeaders } from "node:http";

/** A part of a path without its percent-encoding; undefined where that is broken. */
export function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** A service that answers in this process: the gateway hands it the requests that are signed for its name. */
export type InProcessService = (request: {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}) => Promise<{
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string | Uint8Array;
}>;
