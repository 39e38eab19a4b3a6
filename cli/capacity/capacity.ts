import type { StackConfig } from "../../lib/config";
import type { CostLine } from "../cost/cost-line";
import { month, total } from "../cost/model";
import { PRICES_DATES } from "../cost/prices";
import { configWith, WATCH_OPTIONS } from "../cost/watch-options";
import { defineCommand } from "../kit/command";
import { flag, optional, required, withDefault } from "../kit/options";
import { JSON_OPTION } from "../kit/output";
import { duration, share, wholeNumber } from "../kit/values";
import type { Plant } from "./limits";
import { type Plan, plan } from "./plan";
import { reportOf, type Saving } from "./report";
import { reshardSteps } from "./reshard-steps";

/** AWS IoT takes no larger message. https://docs.aws.amazon.com/general/latest/gr/iot-core.html */
const MAX_PAYLOAD_BYTES = 128 * 1024;

/** `iot capacity`: how large a stack must be, what it costs, and which limit comes first. */
export const capacity = defineCommand({
  name: "capacity",
  summary: "calculate how large a stack a plant needs, and its cost",
  description:
    "Calculates how large a stack a plant needs, what it costs per month, which limits of AWS it meets first, and which " +
    "configuration to set.",
  examples: [
    "--devices 5000 --every 1s --per-message 20",
    "--devices 5000 --every 1s --deployed 4",
    "--devices 5000 --every 1s --watch",
  ],
  options: {
    devices: required(wholeNumber(1, 10_000_000), "devices that are connected all the time"),
    everyMs: required(duration, "time between two readings of a device, such as 500ms, 1s or 5m", { name: "every" }),
    payloadBytes: withDefault(wholeNumber(1, MAX_PAYLOAD_BYTES), "220", "bytes of a reading that is published alone", {
      name: "bytes",
    }),
    perMessage: withDefault(wholeNumber(1, 1000), "1", "readings that a device gathers in one message"),
    anomalyShare: withDefault(share, "0.01", "share of messages with a reading out of bounds", { name: "anomalies" }),
    basicIngest: flag("devices publish to $aws/rules/<rule>/sensor/data/<name>, which costs no message"),
    ...WATCH_OPTIONS,
    deployed: optional(wholeNumber(1, 10_000), "shards that are deployed now: list the updates from there"),
    ...JSON_OPTION,
  },
  async run({ devices, everyMs, deployed, json, watch, silentForMs, windowSeconds, ...sent }, io) {
    const secondsBetween = everyMs / 1000;
    const plant: Plant = { devices, secondsBetween, readingsPerSecond: devices / secondsBetween, ...sent };
    const defaults = configWith({ watch, silentForMs, windowSeconds });
    const needs = plan(plant, defaults);
    const resharding = deployed === undefined ? undefined : { deployed, steps: reshardSteps(deployed, needs.shards) };
    const bill = month(plant, devices, needs.config);
    const alternatives = savings(plant, defaults);
    if (json) io.result(JSON.stringify(answerOf(needs, resharding?.steps, bill, alternatives)));
    else for (const part of reportOf(plant, needs, resharding, bill, alternatives)) io.result(part);
    return 0;
  },
});

/** Readings per message that are suggested. */
const SUGGESTED = [20, 60];
/** A change is worth a line where the bill would be this much smaller. */
const WORTHWHILE = 0.9;

/** What the bill would be if the plant sent otherwise, where that is worth it. */
function savings(plant: Plant, defaults: StackConfig): readonly Saving[] {
  const usdOf = (changed: Plant) => total(month(changed, plant.devices, plan(changed, defaults).config));
  const now = usdOf(plant);
  const gathered = SUGGESTED.filter((perMessage) => perMessage > plant.perMessage).map((perMessage) => ({
    change: `${perMessage} in a message (one every ${secondsText(perMessage * plant.secondsBetween)})`,
    usdPerMonth: usdOf({ ...plant, perMessage }),
  }));
  const direct = { change: "Basic Ingest", usdPerMonth: usdOf({ ...plant, basicIngest: true }) };
  return [...gathered, ...(plant.basicIngest ? [] : [direct])].filter(
    ({ usdPerMonth }) => usdPerMonth < WORTHWHILE * now,
  );
}

function secondsText(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** The answer as a program reads it; its keys are a contract. */
function answerOf(
  { config: _, limits, ...needs }: Plan,
  steps: readonly number[] | undefined,
  bill: readonly CostLine[],
  alternatives: readonly Saving[],
) {
  return {
    ...needs,
    limits: limits.map(({ name, ...limit }) => ({ what: name, ...limit })),
    ...(steps ? { steps } : {}),
    usdPerMonth: total(bill),
    alternatives,
    pricesOf: PRICES_DATES,
    bill: bill.map(({ name, quantity, price, usd }) => ({ what: name, quantity, price, usd })),
  };
}
