import type { Engine } from "./engine";
import type { Properties } from "./stand-in/properties";

/** What Pulumi would do with one resource. */
export interface Step {
  /** create, update, replace, delete or same. */
  readonly op: string;
  readonly type: string;
  /** Its logical name. */
  readonly name: string;
  readonly protect: boolean;
  /** What is declared; empty where it would be deleted. */
  readonly inputs: Properties;
  /** What is known before anything is done. */
  readonly outputs: Properties;
  /** The paths that differ, and of these the ones that force a replacement. */
  readonly changed: readonly string[];
  readonly replacing: readonly string[];
}

interface State {
  readonly protect?: boolean;
  readonly inputs?: Properties;
  readonly outputs?: Properties;
}
interface PreviewStep {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: State;
  readonly newState?: State;
  readonly detailedDiff?: Readonly<Record<string, { readonly kind: string }>> | null;
}

/**
 * What `pulumi up` would do now.
 * @throws Error with the CLI's words
 */
export async function plan(engine: Engine, stack: string): Promise<readonly Step[]> {
  const { exitCode, stdout, printed } = await engine.run(["preview", "--json", "--stack", stack]);
  if (exitCode !== 0) throw new Error(problemOf(printed));
  const { steps } = JSON.parse(stdout) as { steps: readonly PreviewStep[] };
  return steps.map(({ op, urn, oldState, newState, detailedDiff }) => {
    const differences = Object.entries(detailedDiff ?? {});
    return {
      op,
      type: urn.split("::")[2]?.split("$").at(-1) ?? "",
      name: urn.split("::").at(-1) ?? "",
      protect: (newState ?? oldState)?.protect ?? false,
      inputs: newState?.inputs ?? {},
      outputs: newState?.outputs ?? {},
      changed: differences.map(([path]) => path),
      replacing: differences.filter(([, { kind }]) => kind.endsWith("-replace")).map(([path]) => path),
    };
  });
}

/** The steps that change something. */
export function changes(steps: readonly Step[]): readonly Step[] {
  return steps.filter(({ op }) => op !== "same");
}

/** The errors among what the CLI printed; with --json they are diagnostics of the answer. */
function problemOf(printed: string): string {
  try {
    const { diagnostics = [] } = JSON.parse(printed) as {
      diagnostics?: readonly { severity: string; message: string }[];
    };
    const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message.trim());
    return errors.join("\n") || printed.trim();
  } catch {
    return printed.trim();
  }
}
