import { copyFileSync, cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
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
export function deploymentFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "deployment-"));
  for (const part of DEPLOYED) cpSync(path.join(ROOT, part), path.join(folder, part), { recursive: true });
  for (const one of deployedPackages()) {
    // An optional package for another platform is in the lock file, and not installed.
    if (existsSync(path.join(ROOT, one))) linkTree(path.join(ROOT, one), path.join(folder, one));
  }
  return folder;
}

function deployedPackages(): readonly string[] {
  const lock = JSON.parse(readFileSync(path.join(ROOT, "package-lock.json"), "utf8"));
  const packages = Object.entries<{ dev?: boolean }>(lock.packages);
  return packages.filter(([folder, { dev }]) => folder !== "" && !dev).map(([folder]) => folder);
}

/** Lays a package out as npm does; linked, because copies of all of them are 250 MB. Of 20,000 files, one at a time is the fastest. */
function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    // Packages inside are entries of the lock file themselves.
    if (entry.isDirectory() && entry.name !== "node_modules") linkTree(source, target);
    else if (entry.isFile()) linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    // Another file system takes no link.
    copyFileSync(source, target);
  }
}
