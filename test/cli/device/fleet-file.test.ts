import { describe, expect, it } from "@jest/globals";
import { UsageError } from "../../../cli/command";
import { deviceOf, devicesOf } from "../../../cli/device/fleet-file";

describe("devicesOf", () => {
  it("reads names and types", () => {
    expect(devicesOf("\ufeffname,type\r\ns-1,probe\r\ns-2,\r\n\r\n", "fleet.csv")).toEqual([
      { name: "s-1", type: "probe" },
      { name: "s-2", type: undefined },
    ]);
    expect(devicesOf("name\ns-1\n", "fleet.csv")).toEqual([{ name: "s-1", type: undefined }]);
  });

  it("tells every problem with its line, before anything is done", () => {
    const read = () => devicesOf('name,type\ns-1,a\ns 2,b\ns-1,c\ns-3,"a b"\n', "fleet.csv");
    expect(read).toThrow(UsageError);
    for (const text of ["line 3: a device's name", 'line 4: "s-1" stands in line 2 already', "line 5: a device's type"])
      expect(read).toThrow(text);
  });

  it.each([
    ["", "there is no device in it"],
    ["name,type\n", "there is no device in it"],
    ["device\ns-1\n", "a device's name must be"],
    ['name\n"s-1', "must be a CSV file"],
    ["name,type\ns-1,a,b\n", "must be a CSV file"],
  ])("refuses %j", (csv, message) => {
    expect(() => devicesOf(csv, "fleet.csv")).toThrow(message);
  });

  it("shows ten problems at most", () => {
    const csv = `name\n${Array.from({ length: 30 }, (_, at) => `bad name ${at}`).join("\n")}\n`;
    expect(() => devicesOf(csv, "fleet.csv")).toThrow("and 20 more");
  });
});

describe("deviceOf", () => {
  it("takes what can be a thing's name", () => {
    expect(deviceOf("plant:a_1-b", undefined)).toEqual({ name: "plant:a_1-b", type: undefined });
    for (const name of ["", "a/b", "a b", "x".repeat(129), "."])
      expect(() => deviceOf(name, undefined)).toThrow(UsageError);
  });
});
