/** The properties of a resource, as the engine sends them. */
export type Properties = Readonly<Record<string, unknown>>;

/** What the engine and a provider write for a value that is not known yet. https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** The engine's mark of a value that is more than JSON, such as an archive. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** A difference between two values, at a path such as `tags.Name` or `rules[0].id`. */
export interface Difference {
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
}

/** Where `after` differs from `before`. */
export function differences(before: unknown, after: unknown, path: string): readonly Difference[] {
  if (same(before, after)) return [];
  if (before === undefined || before === null) return [{ path, kind: "add" }];
  if (after === undefined || after === null) return [{ path, kind: "delete" }];
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) => differences(before[index], after[index], `${path}[${index}]`)).flat();
  }
  if (isObject(before) && isObject(after) && before[SIGNATURE] === undefined) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => differences(before[key], after[key], `${path}${step(key)}`));
  }
  return [{ path, kind: "update" }];
}

/** Whether two values are the same to AWS: archives by their hash, and the order of keys is none. */
export function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, part) => {
    if (!isObject(part)) return part;
    if (part[SIGNATURE] !== undefined && part.hash !== undefined) return part.hash;
    return Object.fromEntries(
      Object.entries(part)
        .filter(([, inner]) => inner !== undefined && inner !== null)
        .sort(([x], [y]) => (x < y ? -1 : 1)),
    );
  });
}

function step(key: string): string {
  return /^\w+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
