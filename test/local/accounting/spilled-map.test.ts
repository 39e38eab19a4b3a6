import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EvidenceTable } from "../../../local/accounting/evidence-table";
import { SpilledMap } from "../../../local/accounting/spilled-map";

const tableOf = () =>
  new EvidenceTable<{ n: number }>(new DatabaseSync(":memory:"), "counted", (error) => {
    throw error;
  });

describe("SpilledMap", () => {
  it("behaves as a map does, however little stays in memory", () => {
    const step = fc.record({ id: fc.constantFrom(..."abcdefgh"), add: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 1, max: 4 }), (steps, kept) => {
        const table = tableOf();
        const [map, model] = [new SpilledMap(table, kept), new Map<string, { n: number }>()];
        for (const { id, add } of steps) {
          expect(map.has(id)).toBe(model.has(id));
          expect(map.get(id)).toEqual(model.get(id));
          if (!add) continue;
          const [mine, own] = [map.get(id), model.get(id)];
          if (mine === undefined || own === undefined) for (const each of [map, model]) each.set(id, { n: 1 });
          else for (const each of [mine, own]) each.n += 1;
        }
        map.flush();
        for (const [id, value] of model) expect(table.get(id)).toEqual(value);
      }),
    );
  });

  it("keeps in memory what came last, and the rest in the table", () => {
    const table = tableOf();
    const map = new SpilledMap(table, 2);
    for (let n = 0; n < 5; n += 1) map.set(`e${n}`, { n });
    expect([0, 1, 2, 3, 4].map((n) => table.get(`e${n}`)?.n)).toEqual([0, 1, undefined, undefined, undefined]);
  });
});
