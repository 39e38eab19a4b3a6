import { createHash } from "node:crypto";
import { computedBy } from "../../../local/stack/computed-by-aws";
import { factsOf } from "./aws-facts";
import { declarationOf } from "./declarations";
import type { Properties } from "./properties";

/** A resource as it is in the account. */
export interface Existing {
  readonly type: string;
  readonly id: string;
  /** What the provider reads back: inputs and outputs. */
  readonly properties: Properties;
}

/** A change of the account, while it happens. */
export interface Change {
  readonly operation: "create" | "update" | "delete";
  readonly type: string;
  /** Its name in AWS. */
  readonly name: string;
}

/** One AWS account and region: what exists there, what AWS adopts, refuses and protects. */
export class Account {
  readonly region = "sa-east-1";
  readonly accountId = "123456789012";
  /** Called before each change: it may delay it, or refuse it by a throw. */
  beforeChange: (change: Change) => Promise<void> | void = () => undefined;
  /** Every change that was made, in order. */
  readonly changes: Change[] = [];
  readonly #resources = new Map<string, Existing>();
  readonly #filled = new Set<string>();
  readonly #consumed = new Set<string>();
  readonly #attached = new Set<string>();
  #made = 0;

  /** Every resource that exists. */
  get all(): readonly Existing[] {
    return [...this.#resources.values()];
  }

  /** @throws Error as AWS answers it, where the name exists and AWS does not take the call for an update */
  async create(type: string, inputs: Properties): Promise<Existing> {
    const { existing } = factsOf(type);
    await this.#note("create", type, inputs);
    const key = this.#keyOf(type, inputs);
    const there = this.#resources.get(key);
    if (there && existing !== "adopted") throw new Error(`${existing.error}: ${nameOf(type, inputs)}`);
    const { id, properties } = this.#readBack(type, inputs);
    const resource = { type, id: there?.id ?? id, properties: { ...properties, ...(there && idOf(there)) } };
    this.#resources.set(key, resource);
    return resource;
  }

  async update(type: string, id: string, inputs: Properties): Promise<Existing> {
    await this.#note("update", type, inputs);
    const key = this.#keyById(type, id);
    const before = key === undefined ? undefined : this.#resources.get(key);
    if (!before || key === undefined) throw new Error(`ResourceNotFoundException: ${nameOf(type, inputs)}`);
    const resource = { type, id, properties: { ...this.#readBack(type, inputs).properties, ...idOf(before) } };
    this.#resources.set(key, resource);
    return resource;
  }

  /** @throws Error as AWS answers it, where it refuses */
  async delete(type: string, id: string, properties: Properties): Promise<void> {
    await this.#note("delete", type, properties);
    const refused = factsOf(type).deletionRefused?.(properties, this);
    if (refused) throw new Error(`${refused}: ${nameOf(type, properties)}`);
    const key = this.#keyById(type, id);
    if (key !== undefined) this.#resources.delete(key);
  }

  /** What is there under an id; undefined where nothing is. */
  read(type: string, id: string): Existing | undefined {
    const key = this.#keyById(type, id);
    return key === undefined ? undefined : this.#resources.get(key);
  }

  /** Takes over what a state says that exists. */
  adopt(resource: Existing): void {
    this.#resources.set(this.#keyOf(resource.type, resource.properties), resource);
  }

  /**
   * Changes or removes a resource behind the engine's back.
   * @throws Error where there is none of that name
   */
  drift(type: string, name: string, changed: Properties | "gone"): void {
    const found = [...this.#resources].find(([, one]) => one.type === type && nameOf(type, one.properties) === name);
    if (!found) throw new Error(`no ${type} is called "${name}"`);
    const [key, resource] = found;
    if (changed === "gone") this.#resources.delete(key);
    else this.#resources.set(key, { ...resource, properties: { ...resource.properties, ...changed } });
  }

  /** Puts an object into a bucket. */
  fill(bucket: string): void {
    this.#filled.add(bucket);
  }
  holdsObjects(bucket: string): boolean {
    return this.#filled.has(bucket);
  }
  /** Registers an enhanced fan-out consumer of a stream. */
  consume(stream: string): void {
    this.#consumed.add(stream);
  }
  hasConsumers(stream: string): boolean {
    return this.#consumed.has(stream);
  }
  /** Attaches a device policy to a certificate. */
  attach(policy: string): void {
    this.#attached.add(policy);
  }
  isAttached(policy: string): boolean {
    return this.#attached.has(policy);
  }
  hasQueries(workgroup: string): boolean {
    return this.all.some(
      ({ type, properties }) => type === "aws:athena/namedQuery:NamedQuery" && properties.workgroup === workgroup,
    );
  }

  async #note(operation: Change["operation"], type: string, properties: Properties): Promise<void> {
    const change = { operation, type, name: nameOf(type, properties) };
    await this.beforeChange(change);
    this.changes.push(change);
  }

  #readBack(type: string, inputs: Properties): { id: string; properties: Properties } {
    const { region, accountId } = this;
    const name = nameOf(type, inputs);
    const computed = { ...computedBy(type, { name, inputs, region, accountId }) };
    // The capture has one mapping, an account can have several.
    if (computed.uuid !== undefined) computed.id = computed.uuid = uuidOf(name);
    const id = String(
      computed.id ?? computed.arn ?? (factsOf(type).name.length === 0 ? `${name}-${++this.#made}` : name),
    );
    const given = factsOf(type).readBack?.(inputs) ?? inputs;
    const properties: Record<string, unknown> = { ...placeholders(type, name, inputs), ...given, ...computed, id };
    if (!declarationOf(type).outputs.has("region")) delete properties.region;
    return { id, properties };
  }

  #keyOf(type: string, properties: Properties): string {
    const several = factsOf(type).name.length === 0;
    return `${type} ${nameOf(type, properties)}${several ? ` ${++this.#made}` : ""}`;
  }

  #keyById(type: string, id: string): string | undefined {
    return [...this.#resources].find(([, one]) => one.type === type && one.id === id)?.[0];
  }
}

/** A resource's name in AWS. */
export function nameOf(type: string, properties: Properties): string {
  const { name } = factsOf(type);
  return (name.length === 0 ? ["name"] : name).map((key) => String(properties[key])).join(" ");
}

function uuidOf(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

function idOf({ id, properties }: Existing): Properties {
  return properties.uuid === undefined ? { id } : { id, uuid: properties.uuid };
}

/** A value for each output that is always there, and that neither the declaration nor the capture gives. */
function placeholders(type: string, name: string, { tags }: Properties): Properties {
  const values: Readonly<Record<string, unknown>> = { string: name, number: 0, boolean: false, "string[]": [] };
  const always = [...declarationOf(type).outputs].filter(([, { optional }]) => !optional);
  const known = always.filter(([key, output]) => key === "tagsAll" || values[output.type] !== undefined);
  return Object.fromEntries(
    known.map(([key, output]) => [
      key,
      key === "tagsAll" ? (tags ?? {}) : key === "region" ? "sa-east-1" : values[output.type],
    ]),
  );
}
