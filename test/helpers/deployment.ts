import { copyFile, cp, link, mkdir, mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

const ROOT = path.join(__dirname, "../..");
/** What a deployment reads of the project. */
const DEPLOYED = [
  "index.ts",
  "contract",
  "lib",
  "lambda",
  "watch",
  "tsconfig.json",
  "package.json",
  "Pulumi.yaml",
  "LICENSE",
  "THIRD-PARTY-NOTICES",
];

/** A new folder that holds the project as `npm ci --omit=dev` leaves it: the lock file says which packages those are. */
export async function deploymentFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "deployment-"));
  for (const part of DEPLOYED) await cp(path.join(ROOT, part), path.join(folder, part), { recursive: true });
  for (const one of await deployedPackages()) {
    // An optional package for another platform is in the lock file, and not installed.
    const installed = await readdir(path.join(ROOT, one)).catch(() => undefined);
    if (installed) await linkTree(path.join(ROOT, one), path.join(folder, one));
  }
  return folder;
}

async function deployedPackages(): Promise<readonly string[]> {
  const lock = JSON.parse(await readFile(path.join(ROOT, "package-lock.json"), "utf8"));
  const packages = Object.entries<{ dev?: boolean }>(lock.packages);
  return packages.filter(([folder, { dev }]) => folder !== "" && !dev).map(([folder]) => folder);
}

/** Lays a package out as npm does; linked, because copies of all of them are 250 MB. */
async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    // Packages inside are entries of the lock file themselves.
    if (entry.isDirectory() && entry.name !== "node_modules") await linkTree(source, target);
    // Another file system takes no link.
    else if (entry.isFile()) await link(source, target).catch(() => copyFile(source, target));
  }
}
