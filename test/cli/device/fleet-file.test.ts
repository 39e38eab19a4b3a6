import { describe, expect, it } from "vitest";
import { deviceOf, devicesOf as devicesOfBytes } from "../../../cli/device/fleet-file";
import { UsageError } from "../../../cli/kit/usage-error";

const devicesOf = (csv: string | Buffer, file: string) => devicesOfBytes(Buffer.from(csv as string), file);

describe("devicesOf", () => {
  it("reads names and types", () => {
    expect(devicesOf("\ufeffname,type\r\ns-1,probe\r\ns-2,\r\n\r\n", "fleet.csv")).toEqual([
      { name: "s-1", type: "probe" },
      { name: "s-2", type: undefined },
    ]);
    expect(devicesOf("name\ns-1\n", "fleet.csv")).toEqual([{ name: "s-1", type: undefined }]);
  });

  it.each<[string, string | Buffer]>([
    ["semicolons", "name;type\ns-1;probe\n"],
    ["tabs", "name\ttype\ns-1\tprobe\n"],
    ["a header in capitals", "Name,TYPE\ns-1,probe\n"],
    ["its columns in the other order", "type,name\nprobe,s-1\n"],
    ["UTF-16, as Excel writes it", Buffer.from("\ufeffname\ttype\r\ns-1\tprobe\r\n", "utf16le")],
    ["UTF-16 in the other order of bytes", Buffer.from("\ufeffname,type\ns-1,probe\n", "utf16le").swap16()],
  ])("reads a file with %s", (_what, csv) => {
    expect(devicesOf(csv, "fleet.csv")).toEqual([{ name: "s-1", type: "probe" }]);
  });

  it("tells every problem with its line, before anything is done", () => {
    const read = () => devicesOf('name,type\ns-1,a\ns 2,b\ns-1,c\ns-3,"a b"\n', "fleet.csv");
    expect(read).toThrow(UsageError);
    for (const text of ["line 3: a device's name", 'line 4: "s-1" is in line 2, too', "line 5: a device's type"])
      expect(read).toThrow(text);
  });

  it.each([
    ["", "the file must list devices, got none"],
    ["name,type\n", "the file must list devices, got none"],
    ["device\ns-1\n", 'the first line must name the columns, with "name", got "device"'],
    ["s-1,probe\ns-2,probe\n", 'the first line must name the columns, with "name", got "s-1,probe"'],
    ["name,type,location\ns-1,probe,hall\n", 'the columns must be "name" and "type", got "location"'],
    ["name,name\ns-1,s-2\n", "each column must be there once"],
    [Buffer.from("name\nmáquina", "latin1"), "it must be text in UTF-8 or UTF-16"],
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
