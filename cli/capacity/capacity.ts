import { defaultConfig } from "../cost/cost";
import { type CostLine, month, total } from "../cost/model";
import { PRICES_DATES } from "../cost/prices";
import { defineCommand } from "../kit/command";
import { flag, optional, required, withDefault } from "../kit/options";
import { JSON_OPTION } from "../kit/output";
import { duration, share, wholeNumber } from "../kit/values";
import type { Plant } from "./limits";
import { type Plan, plan } from "./plan";
import { reportOf } from "./report";
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
  examples: ["--devices 5000 --every 1s", "--devices 5000 --every 1s --deployed 4"],
  options: {
    devices: required(wholeNumber(1, 10_000_000), "devices that are connected all the time"),
    everyMs: required(duration, "time between two readings of a device, such as 500ms, 1s or 5m", { name: "every" }),
    payloadBytes: withDefault(wholeNumber(1, MAX_PAYLOAD_BYTES), "220", "bytes of a reading, as published", {
      name: "bytes",
    }),
    anomalyShare: withDefault(share, "0.01", "share of readings that are out of bounds", { name: "anomalies" }),
    basicIngest: flag("devices publish to $aws/rules/<rule>/sensor/data/<name>, which costs no message"),
    deployed: optional(wholeNumber(1, 10_000), "shards that are deployed now: list the updates from there"),
    ...JSON_OPTION,
  },
  async run({ devices, everyMs, payloadBytes, anomalyShare, basicIngest, deployed, json }, io) {
    const secondsBetween = everyMs / 1000;
    const load = { readingsPerSecond: devices / secondsBetween, payloadBytes, anomalyShare, basicIngest };
    const plant: Plant = { devices, secondsBetween, ...load };
    const needs = plan(plant, defaultConfig());
    const resharding = deployed === undefined ? undefined : { deployed, steps: reshardSteps(deployed, needs.shards) };
    const bill = month(plant, devices, needs.config);
    if (json) io.result(JSON.stringify(answerOf(needs, resharding?.steps, bill)));
    else for (const part of reportOf(plant, needs, resharding, bill)) io.result(part);
    return 0;
  },
});

/** The answer as a program reads it; its keys are a contract. */
function answerOf(
  { config: _, limits, ...needs }: Plan,
  steps: readonly number[] | undefined,
  bill: readonly CostLine[],
) {
  return {
    ...needs,
    limits: limits.map(({ name, ...limit }) => ({ what: name, ...limit })),
    ...(steps ? { steps } : {}),
    usdPerMonth: total(bill),
    pricesOf: PRICES_DATES,
    bill: bill.map(({ name, quantity, price, usd }) => ({ what: name, quantity, price, usd })),
  };
}
