/** The stack that a device's folder belongs to. */
export interface Owner {
  /** Host and port that its devices connect to. */
  readonly endpoint: string;
  /** Its device policy: two stacks of one account share an endpoint, and have a policy each. */
  readonly policy: string;
}

/** The owner that a folder's file names; undefined where the text names none. */
export function ownerIn(text: string): Owner | undefined {
  try {
    const { endpoint, policy } = (JSON.parse(text) ?? {}) as Partial<Record<keyof Owner, unknown>>;
    return typeof endpoint === "string" && typeof policy === "string" ? { endpoint, policy } : undefined;
  } catch {
    return undefined;
  }
}
