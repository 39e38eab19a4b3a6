import { describe, expect, it } from "vitest";
import { fileHandleProblem } from "../../../local/command/file-handles";

describe("fileHandleProblem", () => {
  it.each(["EMFILE", "ENFILE"])("says at %s what to do", (code) => {
    expect(fileHandleProblem(Object.assign(new Error("spawn node"), { code }))).toEqual(
      new Error(`Too many files and connections are open (${code}). Fix: raise "ulimit -n", or take fewer "--devices"`),
    );
  });

  it.each([Object.assign(new Error("gone"), { code: "ENOENT" }), new Error("EMFILE"), "EMFILE"])(
    "leaves %p as it is",
    (error) => {
      expect(fileHandleProblem(error)).toBe(error);
    },
  );
});
