import type { IncomingHttpHeaders } from "node:http";

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
