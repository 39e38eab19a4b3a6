import { MINUTE_MS } from "../rules/duration";

/** Fewest watched devices of which half is a plant: below, each device speaks for itself. */
export const MIN_PLANT_DEVICES = 5;
/**
 * How long devices become silent together: silence is found up to a fifth of `silentFor` late, at a different time for each device, so
 * that those of one outage come in several sweeps.
 */
export const GATHER_MS = 5 * MINUTE_MS;

/** What is known of the plant as a whole. */
export interface PlantState {
  /** Since when the plant is silent. */
  readonly silentSince?: number;
  /** How many devices were silent before each of the last sweeps that found more. */
  readonly before?: readonly { readonly at: number; readonly silent: number }[];
}

/** What a sweep has counted. */
export interface PlantCount {
  /** The stream's clock. */
  readonly at: number;
  /** Devices whose silence would be noticed. */
  readonly watched: number;
  /** Of them, those that became silent in this sweep. */
  readonly newlySilent: number;
  /** Those that are silent, with these. */
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

/**
 * The plant after a sweep. If more than half of its devices are silent at the same time, that is one event; but not where most of them
 * have long been silent, and now another one is.
 */
export function nextPlant(
  state: PlantState,
  { at, watched, newlySilent, silent }: PlantCount,
): { readonly plant: PlantState; readonly event?: PlantEvent } {
  if (state.silentSince !== undefined) {
    if (2 * silent > watched) return { plant: state };
    return { plant: {}, event: { kind: "end", at, since: state.silentSince, silent, watched } };
  }
  const recent = (state.before ?? []).filter((sweep) => at - sweep.at < GATHER_MS);
  if (newlySilent === 0) return { plant: recent.length > 0 ? { before: recent } : {} };
  const before = [...recent, { at, silent: silent - newlySilent }];
  const together = silent - Math.min(...before.map((sweep) => sweep.silent));
  if (watched >= MIN_PLANT_DEVICES && 2 * silent > watched && 2 * together >= silent)
    return { plant: { silentSince: at }, event: { kind: "raise", at, since: at, silent, watched } };
  return { plant: { before } };
}
