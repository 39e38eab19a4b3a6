import type { DeviceState } from "../machine/device-state";
import { nextDue } from "../machine/step";
import type { RuleSet } from "../rules/rule-set";
import type { Outbox } from "./outbox";

/** A device as the table has it. */
export interface StoredDevice {
  /** Counts the writes: each is conditional on the one before. */
  readonly version: number;
  readonly state: DeviceState;
  readonly outbox: Outbox;
  /** The stream's clock at which a sweep looks at it. */
  readonly dueAt?: number;
}

/** Due immediately, whatever the stream's clock says: notices wait. */
export const DUE_NOW = 0;

/** Later than any date at which a device is due. */
export const DUE_EVER = Number.MAX_SAFE_INTEGER;

/**
 * When a sweep looks at the device. A date that is too early costs the sweep a look, one that moves costs two writes of the index:
 * a visit of the stream's leaves it where it is, the sweep moves it.
 */
export function dueAtOf(
  deviceId: string,
  state: DeviceState,
  outbox: Outbox,
  rules: RuleSet,
  before: number | undefined,
  isSweep: boolean,
): number | undefined {
  if (outbox.size > 0) return DUE_NOW;
  const due = nextDue(deviceId, state, rules);
  const canStay = !isSweep && before !== undefined && before !== DUE_NOW && due !== undefined && before <= due;
  return canStay ? before : due;
}
