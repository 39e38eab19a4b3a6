import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { DeclarationError } from "./declared-property";
import type { Recording } from "./recording";

/** What Pulumi uploads, as far as this project uses it. */
interface Archive {
  readonly assets: Promise<Readonly<Record<string, { readonly text?: Promise<string> }>>>;
}

/**
 * Writes the code of a declared function as it would be deployed: the files of its archive.
 * @param functionName Its physical name.
 * @throws DeclarationError where it has none, or a file of another kind than a text
 */
export async function writeFunctionFiles(recording: Recording, functionName: string, folder: string): Promise<void> {
  const declared = recording.ofType("aws:lambda/function:Function").find(({ inputs }) => inputs.name === functionName);
  const files = Object.entries((await (declared?.inputs.code as Archive | undefined)?.assets) ?? {});
  if (files.length === 0)
    throw new DeclarationError(`"code" of the function "${functionName}" must be an archive of files, got none`);
  await mkdir(folder, { recursive: true });
  for (const [name, { text }] of files) {
    const content = await text;
    if (content === undefined) throw new DeclarationError(`"${name}" of "${functionName}" must be a text`);
    await writeFile(path.join(folder, name), content);
  }
}
