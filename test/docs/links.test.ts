import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { documents } from "../../scripts/docs/generated";

const ROOT = path.resolve(__dirname, "../..");
const DOCUMENTS = documents(ROOT);

/** A document's text without its blocks of code, in which nothing is a link or a heading. */
function prose(document: string): string {
  return readFileSync(path.join(ROOT, document), "utf8").replace(/^ *```[\s\S]*?^ *```$/gm, "");
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchors(document: string): readonly string[] {
  return [...prose(document).matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, "")
      .replaceAll(" ", "-"),
  );
}

interface Link {
  readonly from: string;
  readonly target: string;
}

/** Every link to a file of the project, or to a heading. */
const LINKS: readonly Link[] = DOCUMENTS.flatMap((from) =>
  [...prose(from).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => ({ from, target }))
    .filter(({ target }) => !/^\w+:/.test(target)),
);

/** The file that a link names, from the project's root, and the heading in it. */
function parted({ from, target }: Link): { readonly file: string; readonly anchor: string | undefined } {
  const [name = "", anchor] = target.split("#");
  return { file: name === "" ? from : path.posix.join(path.posix.dirname(from), name), anchor };
}

describe("the documents' links", () => {
  it("are found", () => {
    expect(LINKS.length).toBeGreaterThan(60);
  });

  it("name files that exist", () => {
    expect(LINKS.filter((link) => !existsSync(path.join(ROOT, parted(link).file)))).toEqual([]);
  });

  it("name headings that exist", () => {
    const broken = LINKS.filter((link) => {
      const { file, anchor } = parted(link);
      return anchor !== undefined && !anchors(file).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it("lead from the README to every document", () => {
    const linked = (from: string) => LINKS.filter((link) => link.from === from).map((link) => parted(link).file);
    const reached = new Set(["README.md"]);
    for (const document of reached) for (const file of linked(document)) reached.add(file);
    const decisions = DOCUMENTS.filter((document) => document.startsWith("docs/decisions/"));
    expect(DOCUMENTS.filter((document) => !reached.has(document) && !decisions.includes(document))).toEqual([]);
    expect(reached).toContain("docs/decisions");
  });

  it("name a heading that its document has once", () => {
    for (const document of DOCUMENTS) {
      const names = anchors(document);
      expect({ document, twice: names.filter((name, at) => names.indexOf(name) !== at) }).toEqual({
        document,
        twice: [],
      });
    }
  });
});
