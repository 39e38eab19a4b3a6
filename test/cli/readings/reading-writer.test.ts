import { describe, expect, it } from "vitest";
import { aheadInWords, readingWriter } from "../../../cli/readings/reading-writer";
import { recordingIo } from "../../helpers/recording-io";
import { reading, T } from "../../helpers/stored-readings";

describe("aheadInWords", () => {
  it.each([
    [0, ""],
    [61_000, "1 min"],
    [7_199_000, "120 min"],
    [7_200_000, "2 h"],
    [72_000_000, "20 h"],
  ])("of %d ms is %j", (ms, words) => {
    expect(aheadInWords(ms)).toBe(words);
  });
});

describe("readingWriter", () => {
  const written = (format: "table" | "json" | "csv") => {
    const io = recordingIo();
    readingWriter(format, io)({ ...reading(T, "d", "evil\u009b2J"), isAnomaly: true, metadata: { a: "b,c" } });
    return io.results;
  };

  it("writes a line a reading, and lets no text steer the terminal", () => {
    expect(written("table")).toEqual([
      "time                      device                sensorType            value         anomaly  ahead  metadata",
      '2026-01-01T00:00:00.000Z  d                     evil\\u009b2J          1             yes             {"a":"b,c"}',
    ]);
  });

  it("writes JSON and CSV for programs", () => {
    expect(written("json").map((line) => JSON.parse(line))).toEqual([
      {
        time: "2026-01-01T00:00:00.000Z",
        device: "d",
        sensorType: "evil\u009b2J",
        value: 1,
        anomaly: true,
        ahead: null,
        metadata: { a: "b,c" },
      },
    ]);
    expect(written("csv")).toEqual([
      "time,device,sensorType,value,anomaly,ahead,metadata\r",
      '2026-01-01T00:00:00.000Z,d,evil\\u009b2J,1,true,,"{""a"":""b,c""}"\r',
    ]);
  });
});
