import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { documents, filled, partsIn } from "../../scripts/docs/generated";
import { parts } from "../../scripts/docs/parts";

const ROOT = path.resolve(__dirname, "../..");
const TEXTS = documents(ROOT).map((document) => [document, readFileSync(path.join(ROOT, document), "utf8")] as const);

let generated: Readonly<Record<string, string>>;
beforeAll(async () => {
  generated = await parts(ROOT);
});

describe("the documents' generated parts", () => {
  it.each(TEXTS)("of %s are up to date; else run npm run docs", (_, text) => {
    expect(text).toBe(filled(text, generated));
  });

  it("are each in one document, and once", () => {
    expect(TEXTS.flatMap(([, text]) => partsIn(text)).sort()).toEqual(Object.keys(generated).sort());
  });

  it.each(TEXTS)("of %s all end", (_, text) => {
    const lines = text.split("\n");
    const begun = lines.filter((line) => line.startsWith("<!-- generated:"));
    expect(lines.filter((line) => line === "<!-- end -->")).toHaveLength(begun.length);
    expect(partsIn(text)).toHaveLength(begun.length);
  });
});

describe("filled", () => {
  it("replaces each part and nothing else", () => {
    const text = "before\n<!-- generated: a -->\nold\n<!-- end -->\nafter\n<!-- generated: b -->\n<!-- end -->\n";
    expect(filled(text, { a: "$& 1", b: "2" })).toBe(
      "before\n<!-- generated: a -->\n\n$& 1\n\n<!-- end -->\nafter\n<!-- generated: b -->\n\n2\n\n<!-- end -->\n",
    );
  });

  it("changes nothing the second time", () => {
    const once = filled("<!-- generated: a -->\n<!-- end -->\n", { a: "1" });
    expect(filled(once, { a: "1" })).toBe(once);
  });

  it("refuses a part that nothing generates", () => {
    expect(() => filled("<!-- generated: c -->\n<!-- end -->\n", { a: "1", b: "2" })).toThrow(
      'A generated part must be one of a, b, got "c"',
    );
  });
});
