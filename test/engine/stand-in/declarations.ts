import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** What @pulumi/aws declares of a type of resource. */
export interface Declaration {
  /** The inputs, and whether each is required. */
  readonly inputs: ReadonlyMap<string, { readonly required: boolean }>;
  /** The outputs by name: the TypeScript type of each, and whether it can be absent. */
  readonly outputs: ReadonlyMap<string, { readonly type: string; readonly optional: boolean }>;
}

const PACKAGE = path.dirname(require.resolve("@pulumi/aws/package.json"));
const cache = new Map<string, Declaration>();

/** The version of @pulumi/aws that the program in `folder` uses, which is the version of the provider that it asks for. */
export function providerVersion(folder = __dirname): string {
  const file = createRequire(path.join(folder, "index.js")).resolve("@pulumi/aws/package.json");
  return JSON.parse(readFileSync(file, "utf8")).version;
}

/**
 * Reads the declaration of a type.
 * @param token The type, such as `aws:kinesis/stream:Stream`.
 * @throws Error where @pulumi/aws has no such type
 */
export function declarationOf(token: string): Declaration {
  const known = cache.get(token);
  if (known) return known;
  const [, module = "", name = ""] = /^aws:([\w/]+):(\w+)$/.exec(token) ?? [];
  const text = readFileSync(path.join(PACKAGE, `${module}.d.ts`), "utf8").replace(/^ *\/?\*.*$/gm, "");
  const body = (start: string) => text.slice(text.indexOf(start)).split("\n}\n")[0] ?? "";
  const outputs = body(`export declare class ${name} `).matchAll(/readonly (\w+): pulumi\.Output<([\s\S]*?)>;\n/g);
  const inputs = body(`export interface ${name}Args {`).matchAll(/^ {4}(\w+)(\??):/gm);
  const declaration = {
    inputs: new Map([...inputs].map(([, key = "", mark]) => [key, { required: mark === "" }])),
    outputs: new Map(
      [...outputs].map(([, key = "", type = ""]) => [
        key,
        { type: type.replace(/\s+/g, " "), optional: type.endsWith("| undefined") },
      ]),
    ),
  };
  if (declaration.outputs.size === 0) throw new Error(`@pulumi/aws declares no outputs of "${token}"`);
  cache.set(token, declaration);
  return declaration;
}
