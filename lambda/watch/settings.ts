import { RULES_FILE, WATCH_ENV } from "../../contract/watch";
import { environmentIn, type Rules, readRules } from "../reading/settings";

/** What the watch and its sweep need to know, read once when they load. */
export interface WatchSettings extends Rules {
  readonly table: string;
  readonly mailTopic: string;
  readonly feedTopic: string;
  /** Only the sweep's. */
  readonly stream: string | undefined;
  readonly environment: string;
  /** Time zone in which people are told when. */
  readonly timezone: string;
  readonly rulesFile: string;
}

/** The plant's: it stands in Brazil, as its data does. */
const TIMEZONE = "America/Sao_Paulo";

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The settings in an environment.
 * @throws Error that names every variable that is missing or wrong
 */
export function readWatchSettings(env: Variables, folder: string): WatchSettings {
  const required = [WATCH_ENV.table, WATCH_ENV.mailTopic, WATCH_ENV.feedTopic];
  const missing = required.filter((name) => !env[name]).map((name) => `"${name}" must be set`);
  if (missing.length > 0) throw new Error(`The function's environment is not usable: ${missing.join("; ")}`);
  return {
    table: env[WATCH_ENV.table] ?? "",
    mailTopic: env[WATCH_ENV.mailTopic] ?? "",
    feedTopic: env[WATCH_ENV.feedTopic] ?? "",
    stream: env[WATCH_ENV.stream] || undefined,
    environment: environmentIn(env),
    timezone: env[WATCH_ENV.timezone] || TIMEZONE,
    rulesFile: env[WATCH_ENV.rulesFile] || `${folder}/${RULES_FILE}`,
    ...readRules(env),
  };
}
