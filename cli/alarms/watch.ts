import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { RuleSet } from "../../watch/rules/rule-set";
import { readRulesFile } from "../../watch/rules/rules-file";
import { DynamoStore } from "../../watch/store/dynamo-store";
import { WatchHistory } from "../../watch/store/watch-history";
import { clientConfig, type Target, type TargetValues, targetOf } from "../kit/target";

/** The device watch of a stack, as the commands see it. */
export interface Watch extends ConnectedWatch {
  readonly rules: RuleSet;
}

/** The device watch of a stack, which may have been deployed a moment ago. */
export interface ConnectedWatch {
  readonly store: DynamoStore;
  /** The rules as they are deployed; undefined until the first sweep has run. */
  readonly rules: RuleSet | undefined;
  readonly history: WatchHistory;
}

/**
 * The watch of the stack that the options name.
 * @throws UsageError for a wrong value, Error with the fix where the stack has no watch, or none that has run
 */
export async function watchOf(values: TargetValues): Promise<Watch> {
  const target = await targetOf(values);
  const watch = await connectedWatch(target);
  if (watch === undefined) throw noWatch(target);
  return withRules(watch);
}

/** The watch of a stack; undefined where it has none. */
export async function connectedWatch(target: Target): Promise<ConnectedWatch | undefined> {
  const { watchTable } = target;
  if (watchTable === undefined) return undefined;
  const client = new DynamoDBClient(clientConfig(target));
  const text = await new DynamoStore(client, watchTable, new RuleSet([])).readRules();
  // What a command decides does not depend on the bounds: those are for judging readings.
  const rules = text === undefined ? undefined : readRulesFile(text, new Map()).rules;
  const store = new DynamoStore(client, watchTable, rules ?? new RuleSet([]));
  return { store, rules, history: new WatchHistory(client, watchTable) };
}

/** @throws Error where the rules are not known: without them, a command would end every alarm as one whose rule is gone */
export function withRules(watch: ConnectedWatch): Watch {
  const { rules } = watch;
  if (rules !== undefined) return { ...watch, rules };
  throw new Error(
    'The device watch has not run yet, so its rules are not known. Fix: try again in a minute; if that does not help, see the alarm "sweep-missing"',
  );
}

/** What to do where the stack has no watch. */
export function noWatch({ endpoint }: Target): Error {
  const how =
    endpoint === undefined
      ? "for example npx pulumi config set --path watchRules.quiet.silentFor 15m, then npx pulumi up"
      : `for example npm run local -- --config 'watchRules={"quiet":{"silentFor":"15m"}}'`;
  return new Error(`The stack has no device watch. Fix: set watchRules, ${how}`);
}
