import { parseConfig, REGION, type StackConfig } from "../../lib/config";
import { DAY_MS, formatDuration, MINUTE_MS } from "../../watch/rules/duration";
import { flag, withDefault } from "../kit/options";
import { UsageError } from "../kit/usage-error";
import { duration, wholeNumber } from "../kit/values";

/** Options of a command that counts the device watch too. */
export const WATCH_OPTIONS = {
  watch: flag("count the device watch too, with a rule that finds silent devices"),
  silentForMs: withDefault(duration, "15m", "with --watch: time after which a device is silent", {
    name: "silent-for",
  }),
  windowSeconds: withDefault(wholeNumber(0, 300), "5", "with --watch: watchWindowSeconds", { name: "watch-window" }),
};

/** Values of `WATCH_OPTIONS`. */
export interface WatchChoice {
  /** Whether there is a watch. */
  readonly watch: boolean;
  /** Time after which a device is silent, in milliseconds. */
  readonly silentForMs: number;
  /** How long the watch waits for a batch to fill, in seconds. */
  readonly windowSeconds: number;
}

/**
 * The configuration of a plant that sets nothing but the watch.
 * @throws UsageError for a silence that no rule can have
 */
export function configWith({ watch, silentForMs, windowSeconds }: WatchChoice): StackConfig {
  const watchRules = watch ? { silent: { silentFor: `${Math.round(silentForMs / 1000)}s` } } : {};
  if (watch && (silentForMs < MINUTE_MS || silentForMs > 7 * DAY_MS))
    throw new UsageError(`"--silent-for" must be a duration from 1m to 7d, got ${formatDuration(silentForMs)}`);
  const checked = parseConfig({ environmentSuffix: "cost", watchRules, watchWindowSeconds: windowSeconds }, REGION);
  if (!checked.ok) throw new Error(checked.problems.join("\n"));
  return checked.config;
}
