import type { KinesisStreamEvent } from "aws-lambda";
import { AS_ARRIVED_FIELD, REPLAY_FIELD } from "../../contract/invocation";
import { describe } from "../reading/rejection";

/** The function's event: what Lambda makes of a batch, and what `iot replay` adds. */
export type Invocation = Partial<KinesisStreamEvent> & {
  readonly [REPLAY_FIELD]?: unknown;
  readonly [AS_ARRIVED_FIELD]?: unknown;
};

/** How an event's records are taken. */
export interface Manner {
  /** They come out of their order, after others that arrived later. */
  readonly isReplay: boolean;
  /** A reading with a wrong timestamp is stored at its arrival. */
  readonly asArrived: boolean;
}

/** How Lambda's own event source mapping hands records over. */
export const AS_THEY_COME: Manner = { isReplay: false, asArrived: false };

/**
 * How the event's records are to be taken.
 * @throws Error where it says so in a form that is not the contract's
 */
export function mannerOf(event: Invocation): Manner {
  const isReplay = flag(REPLAY_FIELD, event[REPLAY_FIELD]);
  const asArrived = flag(AS_ARRIVED_FIELD, event[AS_ARRIVED_FIELD]);
  if (asArrived && !isReplay)
    throw new Error(
      `"${AS_ARRIVED_FIELD}" must be absent where "${REPLAY_FIELD}" is, got true. Fix: replay records with "npx iot replay rejected --as-arrived"`,
    );
  return { isReplay, asArrived };
}

function flag(field: string, value: unknown): boolean {
  if (value === undefined || value === true) return value === true;
  throw new Error(
    `"${field}" must be true or absent, got ${describe(value)}. Fix: replay records with "npx iot replay"`,
  );
}
