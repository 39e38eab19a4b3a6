import type { KinesisStreamEvent } from "aws-lambda";
import { REPLAY_FIELD } from "./contract";
import { describe } from "./rejection";

/** The function's event: what Lambda makes of a batch, and what `iot replay` adds. */
export type Invocation = Partial<KinesisStreamEvent> & { readonly [REPLAY_FIELD]?: unknown };

/** Whether the event's records are replayed. @throws Error where it says so in a form that is not the contract's. */
export function isReplay({ [REPLAY_FIELD]: replay }: Invocation): boolean {
  if (replay === undefined || replay === true) return replay === true;
  throw new Error(
    `"${REPLAY_FIELD}" must be true or absent, got ${describe(replay)}. Fix: replay records with "npx iot replay"`,
  );
}
