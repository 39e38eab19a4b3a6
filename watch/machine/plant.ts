import { MINUTE_MS } from "../rules/duration";

/** Fewest watched devices of which half is a plant: below, each device speaks for itself. */
export const MIN_PLANT_DEVICES = 5;
/**
 * How long devices that became silent are added up: silence is found up to a fifth of `silentFor` late, at a different time for each
 * device, so that those of one outage come in several sweeps.
 */
export const GATHER_MS = 5 * MINUTE_MS;

/** What is known of the plant as a whole. */
export interface PlantState {
  /** Since when the plant is silent. */
  readonly silentSince?: number;
  /** Devices that became silent in the last sweeps. */
  readonly gathered?: readonly { readonly at: number; readonly devices: number }[];
}

/** What a sweep has counted. */
export interface PlantCount {
  /** The stream's clock. */
  readonly at: number;
  /** Devices whose silence would be noticed. */
  readonly watched: number;
  /** Of them, those that became silent in this sweep. */
  readonly newlySilent: number;
  /** Those that are silent, with these. Only asked for while the plant is silent. */
  readonly silent: number;
}

/** Something that happened to the plant as a whole. */
export interface PlantEvent {
  readonly kind: "raise" | "end";
  readonly at: number;
  readonly since: number;
  readonly silent: number;
  readonly watched: number;
}

/** The plant after a sweep. If more than half of its devices are silent at the same time, that is one event. */
export function nextPlant(
  before: PlantState,
  { at, watched, newlySilent, silent }: PlantCount,
): { readonly plant: PlantState; readonly event?: PlantEvent } {
  if (before.silentSince !== undefined) {
    if (2 * silent > watched) return { plant: before };
    return { plant: {}, event: { kind: "end", at, since: before.silentSince, silent, watched } };
  }
  const recent = (before.gathered ?? []).filter((sweep) => at - sweep.at < GATHER_MS);
  const gathered = newlySilent > 0 ? [...recent, { at, devices: newlySilent }] : recent;
  const together = gathered.reduce((sum, { devices }) => sum + devices, 0);
  if (watched >= MIN_PLANT_DEVICES && newlySilent > 0 && 2 * together > watched)
    return { plant: { silentSince: at }, event: { kind: "raise", at, since: at, silent: together, watched } };
  return { plant: gathered.length > 0 ? { gathered } : {} };
}
