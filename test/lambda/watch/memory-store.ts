import { NO_MAIL } from "../../../watch/machine/mail-governor";
import type { RuleSet } from "../../../watch/rules/rule-set";
import { fromItem, type PlainMap, toItem } from "../../../watch/store/attribute";
import { deviceItem, storedDevice } from "../../../watch/store/device-item";
import type { HistoryWrite } from "../../../watch/store/history-item";
import type { StoredDevice } from "../../../watch/store/stored-device";
import type {
  ListedDevice,
  StoredMail,
  StoredPlant,
  WatchStore,
  Watermark,
  Written,
} from "../../../watch/store/watch-store";

/** The watch's table in memory: as strict about versions, and every call passes a gate that a test holds. */
export class MemoryStore implements WatchStore {
  readonly items = new Map<string, Record<string, unknown>>();
  /** Every state that was written, in the order of the writes. */
  readonly writes: { readonly deviceId: string; readonly stored: StoredDevice }[] = [];
  readonly history = new Map<string, PlainMap>();
  plant: StoredPlant = { version: 0, plant: {}, n: 0, outbox: new Map(), rules: "" };
  mail: StoredMail = { version: 0, mail: NO_MAIL };
  readonly marks = new Map<string, Watermark>();
  readonly reads: string[] = [];
  savedRules: string | undefined;

  readonly #rules: RuleSet;

  constructor(
    rules: RuleSet,
    /** Does the call's work, when its turn has come. */
    readonly gate: <T>(name: string, work: () => T) => Promise<T> = async (_name, work) => work(),
  ) {
    this.#rules = rules;
  }

  stored(deviceId: string): StoredDevice | undefined {
    const item = this.items.get(deviceId);
    return item && storedDevice(fromItem(item as Parameters<typeof fromItem>[0]));
  }

  read(deviceIds: readonly string[], consistency: string): Promise<ReadonlyMap<string, StoredDevice>> {
    return this.gate("read", () => {
      this.reads.push(`${consistency} ${deviceIds.join()}`);
      return new Map(
        deviceIds.flatMap((id) => {
          const stored = this.stored(id);
          return stored === undefined ? [] : [[id, stored] as const];
        }),
      );
    });
  }

  write(deviceId: string, device: StoredDevice, expected: number | undefined): Promise<Written> {
    return this.gate("write", () => {
      if (this.stored(deviceId)?.version !== expected) return "conflict";
      this.items.set(deviceId, toItem(deviceItem(deviceId, device, this.#rules)));
      this.writes.push({ deviceId, stored: device });
      return "written";
    });
  }

  note(deviceId: string, writes: readonly HistoryWrite[]): Promise<void> {
    return this.gate("note", () => {
      for (const write of writes) {
        const key = `${deviceId} ${write.item}`;
        if (write.kind === "delete") this.history.delete(key);
        else this.history.set(key, { ...this.history.get(key), ...write.fields });
      }
    });
  }

  due(clock: number): Promise<readonly string[]> {
    return this.gate("due", () =>
      this.#withField("dueAt")
        .filter(([, at]) => Number(at) <= clock)
        .map(([id]) => id),
    );
  }

  listed(): Promise<readonly ListedDevice[]> {
    return this.gate("listed", () =>
      this.#withField("listed").map(([deviceId]) => {
        const {
          raised = [],
          shelved = 0,
          silent,
        } = fromItem(this.items.get(deviceId) as Parameters<typeof fromItem>[0]);
        return { deviceId, raised: raised as number[], shelved: Number(shelved), isSilent: silent === true };
      }),
    );
  }

  watermark(shardId: string): Promise<Watermark | undefined> {
    return this.gate("watermark", () => this.marks.get(shardId));
  }

  watermarks(): Promise<ReadonlyMap<string, Watermark>> {
    return this.gate("watermarks", () => new Map(this.marks));
  }

  saveWatermark(shardId: string, watermark: Watermark): Promise<void> {
    return this.gate("saveWatermark", () => {
      this.marks.set(shardId, watermark);
    });
  }

  readPlant(): Promise<StoredPlant> {
    return this.gate("readPlant", () => this.plant);
  }

  writePlant(plant: StoredPlant, expected: number): Promise<Written> {
    return this.gate("writePlant", () => {
      if (this.plant.version !== expected) return "conflict";
      this.plant = plant;
      return "written";
    });
  }

  readRules(): Promise<string | undefined> {
    return this.gate("readRules", () => this.savedRules);
  }

  saveRules(text: string): Promise<void> {
    return this.gate("saveRules", () => {
      this.savedRules = text;
    });
  }

  readMail(): Promise<StoredMail> {
    return this.gate("readMail", () => this.mail);
  }

  writeMail(mail: StoredMail, expected: number): Promise<Written> {
    return this.gate("writeMail", () => {
      if (this.mail.version !== expected) return "conflict";
      this.mail = mail;
      return "written";
    });
  }

  #withField(field: string): [string, unknown][] {
    return [...this.items].flatMap(([id, item]) => {
      const value = fromItem(item as Parameters<typeof fromItem>[0])[field];
      return value === undefined ? [] : [[id, value] as [string, unknown]];
    });
  }
}
