import type { RuleSet } from "../../watch/rules/rule-set";
import type { WatchStore } from "../../watch/store/watch-store";
import type { Publisher } from "./notices/deliver";
import type { WatchSettings } from "./settings";
import type { ClockReader } from "./sweep/clock-reader";

/** What a batch's or a sweep's work takes from outside. */
export interface Surroundings {
  readonly settings: WatchSettings;
  readonly rules: RuleSet;
  readonly store: WatchStore;
  readonly publisher: Publisher;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Writes the run's one line to the log. */
  readonly log: (line: string) => void;
}

/** What a sweep takes beside it. */
export interface SweepSurroundings extends Surroundings {
  readonly clockReader: ClockReader;
  /** Of the rules and quiet times as they are deployed. */
  readonly rulesHash: string;
  /** The file that they are in. */
  readonly rulesText: string;
}
