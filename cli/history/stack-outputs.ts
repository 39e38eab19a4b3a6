import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** The outputs of a deployed stack, as Pulumi has them. @throws Error with Pulumi's own words, and what to do. */
export async function stackOutputs(stack: string): Promise<Readonly<Record<string, string>>> {
  try {
    const { stdout } = await promisify(execFile)("pulumi", ["stack", "output", "--json", "--stack", stack]);
    return JSON.parse(stdout);
  } catch (error) {
    const words = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    throw new Error(
      `the outputs of the stack "${stack}" cannot be read${words === "" ? "" : `: ${words}`}. Is the Pulumi CLI installed and logged in?`,
    );
  }
}
