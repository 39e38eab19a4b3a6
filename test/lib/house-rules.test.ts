import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import ts from "typescript";

const ROOT = path.join(__dirname, "../..");
const FILES = ["lib", "contract"].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder)).map((file) => `${folder}/${file}`),
);
const MAX_CONSTRUCTOR_LINES = 45;
const MAX_FUNCTION_LINES = 60;

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(path.join(ROOT, file), "utf8"), ts.ScriptTarget.Latest, true);
}

/** Every node of a file. */
function nodesOf(node: ts.Node): readonly ts.Node[] {
  return [node, ...node.getChildren().flatMap(nodesOf)];
}

function hasDocComment(node: ts.Node): boolean {
  return ts.getJSDocCommentsAndTags(node).length > 0;
}

function isExported(node: ts.Node): boolean {
  return ts.canHaveModifiers(node) && !!ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

/** `lines` of a node, and its first line to name it. */
function sized(node: ts.Node): { readonly lines: number; readonly first: string } {
  const text = node.getText();
  return { lines: text.split("\n").length, first: text.split("\n", 1)[0] ?? "" };
}

describe.each(FILES)("%s", (file) => {
  const source = parse(file);

  it("has a doc comment on each export", () => {
    const bare = source.statements.filter((statement) => isExported(statement) && !hasDocComment(statement));
    expect(bare.map((statement) => sized(statement).first)).toEqual([]);
  });

  it("has a doc comment on each argument", () => {
    const args = source.statements.filter(ts.isInterfaceDeclaration).filter(({ name }) => name.text.endsWith("Args"));
    const bare = args.flatMap(({ members }) => members.filter((member) => !hasDocComment(member)));
    expect(bare.map((member) => sized(member).first)).toEqual([]);
  });

  it("has no long constructor or function", () => {
    const long = nodesOf(source).filter(
      (node) =>
        (ts.isConstructorDeclaration(node) && sized(node).lines > MAX_CONSTRUCTOR_LINES) ||
        (ts.isFunctionLike(node) && sized(node).lines > MAX_FUNCTION_LINES),
    );
    expect(long.map((node) => sized(node).first)).toEqual([]);
  });
});
