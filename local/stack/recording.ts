/** A resource that a program declared, as the provider would be asked for it. */
export interface RecordedResource {
  /** Its type token, such as `aws:kinesis/stream:Stream`. */
  readonly type: string;
  /** Its logical name. */
  readonly name: string;
  readonly urn: string;
  /** The type token of the component that it is part of. */
  readonly parent?: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The inputs, and what AWS would compute. */
  readonly state: Readonly<Record<string, unknown>>;
  /** Whether Pulumi refuses to delete it. */
  readonly protect: boolean;
  /** Urns of the resources that have to exist before it: those of its inputs, and those that it names. */
  readonly dependencies: readonly string[];
}

/** All that a program declared. */
export interface Recording {
  readonly all: readonly RecordedResource[];
  /**
   * The one resource of a type.
   * @throws Error where there is none, or more than one
   */
  only(type: string): RecordedResource;
  ofType(type: string): readonly RecordedResource[];
  /** What the program printed at its end. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** The recording of these resources. */
export function recordingOf(all: readonly RecordedResource[], outputs: Recording["outputs"]): Recording {
  const ofType = (type: string) => all.filter((resource) => resource.type === type);
  return {
    all,
    outputs,
    ofType,
    only: (type) => {
      const [found, ...others] = ofType(type);
      if (found && others.length === 0) return found;
      throw new Error(`There must be one resource of type "${type}", there are ${found ? others.length + 1 : 0}`);
    },
  };
}
