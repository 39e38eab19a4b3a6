import { describe, expect, it } from "vitest";
import { formatAnswer, printableLines, shellWord, writeAnswer } from "../../../cli/kit/output";

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

  it("lets no column's name steer the terminal or the spreadsheet", () => {
    const named = { columns: ["=1\u202E"], rows: [[1]] };
    expect(formatAnswer(named, "table").split("\n")).toEqual(["=1\\u202e", "--------", "1"]);
    expect(formatAnswer(named, "csv")).toBe("'=1\\u202e\r\n1");
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

  it.each([
    [["value", "value", "value"], '{"value":1,"value_1":2,"value_2":3}'],
    [["value", "value", "value_1"], '{"value":1,"value_2":2,"value_1":3}'],
  ])("keeps the columns %j apart in JSON", (columns, written) => {
    expect(formatAnswer({ columns, rows: [[1, 2, 3]] }, "json")).toBe(written);
  });

  it("quotes CSV where it must", () => {
    expect(formatAnswer({ ...answer, rows: answer.rows.slice(0, 2) }, "csv")).toBe(
      'device,note\r\nsensor-001,"says ""hi"", twice"\r\ns,',
    );
  });

  it.each([
    ["=1+1", "'=1+1"],
    ["+cmd", "'+cmd"],
    ["-cmd", "'-cmd"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["  =1+1", "'  =1+1"],
    ["\t=1", "'\\u0009=1"],
    ["\uFF1D1+1", "'\uFF1D1+1"],
    ["\uFF0B1a", "'\uFF0B1a"],
    ["\uFE66A1", "'\uFE66A1"],
    ["\u2212A1", "'\u2212A1"],
    ["a;=1", `"a;'=1"`],
    ["a; @b", `"a;' @b"`],
    [{ a: "b;=1" }, `"{""a"":""b;'=1""}"`],
    ["-5;-6", `"'-5;'-6"`],
    ["-5", "-5"],
    [-5, "-5"],
    ["+55", "+55"],
    ["a=b", "a=b"],
    ["ab\u202Ecd", "ab\\u202ecd"],
    ["a\nb", "a\\u000ab"],
    ["a\u{E0001}b", "a\\u{e0001}b"],
  ])("lets no cell of a spreadsheet begin a formula, or hide what it says: %j", (cell, written) => {
    expect(formatAnswer({ columns: ["c"], rows: [[cell]] }, "csv")).toBe(`c\r\n${written}`);
  });

  it("leaves JSON as it is", () => {
    expect(formatAnswer({ columns: ["c"], rows: [["=1\u202E"]] }, "json")).toBe('{"c":"=1\u202E"}');
  });
});

describe("writeAnswer", () => {
  it.each([
    ["table", ["a\n-"]],
    ["csv", ["a"]],
    ["json", []],
  ] as const)("of no rows writes, as %s, %j", (format, written) => {
    const texts: string[] = [];
    writeAnswer({ columns: ["a"], rows: [] }, format, (text) => texts.push(text));
    expect(texts).toEqual(written);
  });

  it("writes rows as text", () => {
    const texts: string[] = [];
    writeAnswer({ columns: ["a"], rows: [[1], [2]] }, "json", (text) => texts.push(text));
    expect(texts).toEqual(['{"a":1}\n{"a":2}']);
  });
});

describe("printableLines", () => {
  it("keeps a message's lines, and nothing else that steers a terminal", () => {
    expect(printableLines("one\ntwo\u001b[2J\u202E")).toBe("one\ntwo\\u001b[2J\\u202e");
  });
});

describe("shellWord", () => {
  it.each([
    [".local/data", ".local/data"],
    ["my data", "'my data'"],
    ["it's", "'it'\\''s'"],
    ["", "''"],
  ])("writes %j for a shell", (word, written) => {
    expect(shellWord(word)).toBe(written);
  });
});
