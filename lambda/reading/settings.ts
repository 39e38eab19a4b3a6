import { isObject } from "../../contract/json";
import { type AnomalyLimit, areInOrder, DEFAULTS, ENV, MAX_HOT_RETENTION_DAYS } from "../../contract/variables";

/** What a reading is judged by. */
export interface Rules {
  /** By sensor type, as configured and in lower case. A map, so that a type called `constructor` finds nothing. */
  readonly anomalyLimits: ReadonlyMap<string, AnomalyLimit>;
  readonly hotRetentionDays: number;
}

/** What the processor needs to know, read once when it loads. */
export interface Settings extends Rules {
  readonly table: string;
  readonly bucket: string;
  readonly environment: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The processor's settings in an environment.
 * @throws Error that names every variable that is wrong, what it must be and what it was
 */
export function readSettings(env: Variables): Settings {
  const problems: string[] = [];
  const required = (name: string) => {
    const value = env[name] ?? "";
    if (value === "") problems.push(`"${name}" must be set`);
    return value;
  };
  const settings = {
    table: required(ENV.table),
    bucket: required(ENV.bucket),
    environment: environmentIn(env),
    ...rulesIn(env, problems),
  };
  refuse(problems);
  return settings;
}

/** The suffix of the stack that an environment belongs to. */
export function environmentIn(env: Variables): string {
  return env[ENV.environment] || DEFAULTS.environment;
}

/**
 * The rules in an environment.
 * @throws Error as `readSettings` does
 */
export function readRules(env: Variables): Rules {
  const problems: string[] = [];
  const rules = rulesIn(env, problems);
  refuse(problems);
  return rules;
}

function rulesIn(env: Variables, problems: string[]): Rules {
  return {
    anomalyLimits: readLimits(env[ENV.anomalyLimits], problems),
    hotRetentionDays: readDays(env[ENV.hotRetentionDays], problems),
  };
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(`The function's environment is not usable: ${problems.join("; ")}`);
}

function readDays(text: string | undefined, problems: string[]): number {
  if (text === undefined || text === "") return DEFAULTS.hotRetentionDays;
  const days = /^\d+$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > MAX_HOT_RETENTION_DAYS) {
    problems.push(
      `"${ENV.hotRetentionDays}" must be a whole number from 1 to ${MAX_HOT_RETENTION_DAYS}, was "${text}"`,
    );
  }
  return days;
}

function readLimits(text: string | undefined, problems: string[]): ReadonlyMap<string, AnomalyLimit> {
  if (text === undefined || text === "") return new Map(Object.entries(DEFAULTS.anomalyLimits));
  const limits = parseJson(text);
  if (!isObject(limits)) {
    problems.push(`"${ENV.anomalyLimits}" must be a JSON object such as {"temperature":{"min":0,"max":100}}`);
    return new Map();
  }
  const checked = new Map<string, AnomalyLimit>();
  for (const [sensorType, limit] of Object.entries(limits)) {
    if (isLimit(limit)) checked.set(sensorType, limit);
    else
      problems.push(`"${ENV.anomalyLimits}" must give "${sensorType}" a "min", a "max" or both, as numbers, min first`);
  }
  for (const [sensorType, limit] of [...checked])
    if (!checked.has(sensorType.toLowerCase())) checked.set(sensorType.toLowerCase(), limit);
  return checked;
}

function isLimit(limit: unknown): limit is AnomalyLimit {
  if (!isObject(limit)) return false;
  const { min, max, ...rest } = limit;
  if (Object.keys(rest).length > 0 || (min === undefined && max === undefined)) return false;
  if (min !== undefined && !Number.isFinite(min)) return false;
  if (max !== undefined && !Number.isFinite(max)) return false;
  return areInOrder(limit);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
