import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parts } from "./parts";

/** Every document of the project, named from its root. */
export function documents(root: string): readonly string[] {
  const inDocs = readdirSync(path.join(root, "docs"), { recursive: true, encoding: "utf8" });
  const pages = inDocs.filter((file) => file.endsWith(".md")).map((file) => path.posix.join("docs", file));
  return ["README.md", "CONTRIBUTING.md", "bench/README.md", ...pages.sort()];
}

/** A generated part of a document: its first line with its name, its text, its last line. */
const PART = /^(<!-- generated: (.*) -->)\n[\s\S]*?^(<!-- end -->)$/gm;

/** The names of a document's generated parts. */
export function partsIn(text: string): readonly string[] {
  return [...text.matchAll(PART)].map(([, , name = ""]) => name);
}

/** The document without its generated parts. */
export function withoutParts(text: string): string {
  return text.replace(PART, "");
}

/** The document with its generated parts replaced. @throws Error if it names a part that nothing generates */
export function filled(text: string, generated: Readonly<Record<string, string>>): string {
  return text.replace(PART, (_, begin: string, name: string, end: string) => {
    const part = generated[name];
    if (part === undefined) {
      throw new Error(`A generated part must be one of ${Object.keys(generated).join(", ")}, got "${name}"`);
    }
    return `${begin}\n\n${part}\n\n${end}`;
  });
}

/** Writes the generated parts of all documents. @returns the documents that changed */
export async function writeGenerated(root: string): Promise<readonly string[]> {
  const generated = await parts(root);
  const changed: string[] = [];
  for (const document of documents(root)) {
    const file = path.join(root, document);
    const text = readFileSync(file, "utf8");
    const written = filled(text, generated);
    if (written === text) continue;
    writeFileSync(file, written);
    changed.push(document);
  }
  return changed;
}
