import type { Item } from "./fake-aws";

/** A reading in an item of the hot tier. */
export interface ItemReading {
  readonly sensorType: string;
  readonly timestamp: number;
  readonly value: number;
  readonly isAnomaly: boolean;
}

type Numbers = { readonly L?: readonly { readonly N: string }[] } | undefined;
const numbersOf = (list: Numbers) => (list?.L ?? []).map(({ N }) => Number(N));

/** The readings of an item, read by the contract alone. */
export function readingsIn(item: Item): ItemReading[] {
  const sensorType = String(item.sensorType?.S);
  const first = Number(item.timestamp?.N);
  if (item.values === undefined)
    return [{ sensorType, timestamp: first, value: Number(item.value?.N), isAnomaly: item.isAnomaly?.BOOL === true }];
  const anomalies = new Set(numbersOf(item.anomalies as Numbers));
  const offsets = numbersOf(item.offsets as Numbers);
  return numbersOf(item.values as Numbers).map((value, place) => ({
    sensorType,
    timestamp: first + (offsets[place] ?? Number.NaN),
    value,
    isAnomaly: anomalies.has(place),
  }));
}

/** An item's size by DynamoDB's rules: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export function sizeOf(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

function valueBytes(value: Item[string]): number {
  const { S, N, BOOL, NULL, L, M } = value as {
    S?: string;
    N?: string;
    BOOL?: boolean;
    NULL?: boolean;
    L?: Item[string][];
    M?: Item;
  };
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined)
    return Math.ceil(N.replace(/[-.]|e.*$/gi, "").replace(/^0+|0+$/g, "").length / 2) + (N.startsWith("-") ? 2 : 1);
  if (BOOL !== undefined || NULL !== undefined) return 1;
  if (L !== undefined) return L.reduce((sum, element) => sum + 1 + valueBytes(element), 3);
  return Object.entries(M ?? {}).reduce((sum, [key, each]) => sum + 1 + Buffer.byteLength(key) + valueBytes(each), 3);
}

/** An item as JavaScript values, as the SDK's document client gives it. */
export function plain(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: Item[string]): unknown {
  const { S, N, BOOL, L, M } = value as { S?: string; N?: string; BOOL?: boolean; L?: Item[string][]; M?: Item };
  if (L !== undefined) return L.map(plainValue);
  if (M !== undefined) return plain(M);
  return N === undefined ? (S ?? BOOL ?? null) : Number(N);
}
