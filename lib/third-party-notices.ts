import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The licences of the packages in a bundle: each text once, under the names of its packages.
 * @param sources Paths of the bundle's sources, from the project's root.
 * @throws Error if a package has no licence text, because it must not be shipped then.
 */
export function thirdPartyNotices(root: string, sources: readonly string[]): string {
  const folders = new Set(sources.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
  const covered = new Map<string, string[]>();
  for (const folder of [...folders].sort()) {
    const { title, text } = licenceOf(root, join(root, folder));
    covered.set(text, [...(covered.get(text) ?? []), title]);
  }
  const sections = [...covered].map(([text, titles]) => `${titles.join("\n")}\n\n${text}\n`);
  return sections.join(`\n${"-".repeat(80)}\n\n`);
}

function licenceOf(root: string, folder: string): { readonly title: string; readonly text: string } {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder).filter((entry) => /^(licen[cs]e|notice)/i.test(entry));
  const title = `${name} ${version} (${license})`;
  if (texts.length > 0)
    return { title, text: texts.map((file) => readFileSync(join(folder, file), "utf8").trim()).join("\n\n") };
  // Some of the SDK's packages name the licence without its text. This project has the same licence.
  if (license === "Apache-2.0") return { title, text: readFileSync(join(root, "LICENSE"), "utf8").trim() };
  throw new Error(
    `"${name}" must have a licence text to be in the bundle, got none in ${version} (${license}). Fix: npm uninstall ${name}`,
  );
}
