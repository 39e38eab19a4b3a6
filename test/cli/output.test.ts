import { describe, expect, it } from "@jest/globals";
import { formatAnswer } from "../../cli/output";

const answer = {
  columns: ["device", "note"],
  rows: [
    ["sensor-001", 'says "hi", twice'],
    ["s", null],
    ["evil\u001b[2J", { a: 1 }],
  ],
};

describe("formatAnswer", () => {
  it("aligns columns for a person, and lets no text steer the terminal", () => {
    expect(formatAnswer(answer, "table").split("\n")).toEqual([
      "device         note",
      "-------------  ----------------",
      'sensor-001     says "hi", twice',
      "s",
      'evil\\u001b[2J  {"a":1}',
    ]);
  });

  it("writes one JSON object a line", () => {
    expect(
      formatAnswer(answer, "json")
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { device: "sensor-001", note: 'says "hi", twice' },
      { device: "s", note: null },
      { device: "evil\u001b[2J", note: { a: 1 } },
    ]);
  });

  it("quotes CSV where it must", () => {
    expect(formatAnswer({ ...answer, rows: answer.rows.slice(0, 2) }, "csv")).toBe(
      'device,note\r\nsensor-001,"says ""hi"", twice"\r\ns,',
    );
  });
});
