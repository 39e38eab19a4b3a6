/** The stack that a device's folder belongs to. */
export interface Owner {
  /** Host and port that its devices connect to. */
  readonly endpoint: string;
  /** Its device policy: two stacks of one account have one endpoint, and a policy each. */
  readonly policy: string;
}

/** The owner as a folder's file has it; undefined where the text holds none. */
export function ownerIn(text: string): Owner | undefined {
  try {
    const { endpoint, policy } = (JSON.parse(text) ?? {}) as Partial<Record<keyof Owner, unknown>>;
    return typeof endpoint === "string" && typeof policy === "string" ? { endpoint, policy } : undefined;
  } catch {
    return undefined;
  }
}
