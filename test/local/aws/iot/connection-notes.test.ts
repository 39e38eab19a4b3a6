import { describe, expect, it } from "vitest";
import { ConnectionNotes } from "../../../../local/aws/iot/connection-notes";

describe("ConnectionNotes", () => {
  it("says each reason once a client", () => {
    const lines: string[] = [];
    const notes = new ConnectionNotes((line) => lines.push(line));
    for (const why of ["old", "old", "new"]) notes.refused("a", why);
    notes.refused("b", "old");
    for (let i = 0; i < 3; i++) notes.refused(undefined, "old");
    expect(lines).toEqual([
      'refused: client "a": old',
      'refused: client "a": new',
      'refused: client "b": old',
      "refused: a client: old",
    ]);
  });

  it("cuts what it quotes of clients", () => {
    const lines: string[] = [];
    new ConnectionNotes((line) => lines.push(line)).refused("i".repeat(60_000), "w".repeat(60_000));
    expect(lines).toEqual([`refused: client "${"i".repeat(256)}…": ${"w".repeat(256)}…`]);
  });
});
