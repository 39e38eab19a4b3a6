import type { AlarmEvent } from "../../../watch/machine/alarm-event";
import { keyOf } from "../../../watch/machine/alarm-name";
import { nextPlant, type PlantEvent } from "../../../watch/machine/plant";
import { visit } from "../../../watch/machine/visit";
import type { RuleSet } from "../../../watch/rules/rule-set";
import { withEvents } from "../../../watch/store/outbox";
import { DUE_EVER, type StoredDevice } from "../../../watch/store/stored-device";
import type { ListedDevice, StoredPlant } from "../../../watch/store/watch-store";
import { PLANT_NAME } from "../notices/sender";
import type { SweepSurroundings } from "../surroundings";
import { nextLook, withLook } from "./look";

/** The plant's rule in its notices. */
export const PLANT_RULE = "plant-silent";

/** The plant as the sweep has counted it. */
export interface PlantCounted {
  readonly stored: StoredPlant;
  /** Whether the plant as a whole is silent. */
  readonly isSilent: boolean;
}

interface Counting {
  readonly clock: number | undefined;
  /** Devices that are due. */
  readonly states: ReadonlyMap<string, StoredDevice>;
  readonly listed: readonly ListedDevice[];
  /** The plant as the sweep has read it, and when the first sweep ran. */
  readonly plant: StoredPlant & { readonly watchedFrom: number };
  readonly surroundings: SweepSurroundings;
}

const MAX_CONFLICTS = 5;

/** Decides whether the plant as a whole is silent, before any single silence is told. @throws Error where it changes over and over */
export async function countPlant({
  clock,
  states,
  listed,
  plant: read,
  surroundings,
}: Counting): Promise<PlantCounted> {
  const { store, rules, rulesHash } = surroundings;
  const silent = new Set(listed.flatMap(({ deviceId, isSilent }) => (isSilent ? [deviceId] : [])));
  const known = silent.size;
  for (const [id, stored] of states) if (clock !== undefined && becomesSilent(id, stored, clock, rules)) silent.add(id);
  const newlySilent = silent.size - known;
  let before: StoredPlant = read;
  for (let conflicts = 0; conflicts <= MAX_CONFLICTS; conflicts++) {
    const isOther = before.rules !== rulesHash;
    const isAsked = newlySilent > 0 || before.plant.silentSince !== undefined;
    const { plant, event } =
      clock === undefined || !isAsked
        ? { plant: before.plant, event: undefined }
        : nextPlant(before.plant, {
            at: clock,
            watched: new Set([...(await watchedBy(surroundings)), ...silent]).size,
            newlySilent,
            silent: silent.size,
          });
    const isSilent = plant.silentSince !== undefined;
    if (plant === before.plant && !isOther) return { stored: before, isSilent };
    // Before the plant's own item says that they are known.
    if (isOther) await store.saveRules(surroundings.rulesText);
    const n = before.n + (event?.kind === "raise" ? 1 : 0);
    const { outbox } = withEvents(before.outbox, PLANT_NAME, event === undefined ? [] : [noticeOf(event, n)]);
    const stored = withLook(
      { version: before.version + 1, plant, n, outbox, rules: rulesHash, watchedFrom: read.watchedFrom },
      nextLook(before.look, { areRulesOther: isOther, speaksAgain: event?.kind === "end" }),
    );
    if ((await store.writePlant(stored, before.version)) === "written") return { stored, isSilent };
    before = await store.readPlant();
  }
  throw new Error("The plant's state changed over and over while it was decided on");
}

/** Devices that will be due and have a rule of their silence: beside those that are silent, all that are watched. */
async function watchedBy({ store, rules }: SweepSurroundings): Promise<readonly string[]> {
  const due = await store.due(DUE_EVER);
  return due.filter((id) => rules.ofSilence(id).some(({ sensorType }) => sensorType === undefined));
}

/** The plant's event as a notice: silent devices for the value, watched ones for the limit. */
function noticeOf({ kind, at, since, silent, watched }: PlantEvent, n: number): AlarmEvent {
  return { kind, key: PLANT_RULE, n, at, told: true, priority: "high", raisedAt: since, value: silent, limit: watched };
}

/** Whether the device would become silent as a whole at the clock. */
function becomesSilent(deviceId: string, stored: StoredDevice, clock: number, rules: RuleSet): boolean {
  const { transitions } = visit(deviceId, stored.state, [{ type: "clock", at: clock, plantSilent: false }], rules);
  return transitions.some(({ key, to }) => {
    const { rule, sensorType } = keyOf(key);
    return to === "active" && sensorType === "" && rules.find(rule, deviceId, "")?.condition.kind === "silent";
  });
}
