import { plan } from "../capacity/plan";
import { defaultConfig, USUAL_LOAD } from "./cost";
import { month, total } from "./model";

/** Plants whose bills are listed: devices, and seconds between two readings of each. */
const PLANTS = [100, 1_000, 5_000].flatMap((devices) => [1, 10].map((secondsBetween) => ({ devices, secondsBetween })));
/** Readings per message that are listed. */
const PER_MESSAGE = [1, 20, 60];

/** Bills per month, by the plant's size and the readings in a message; each with plain topics and over Basic Ingest. */
export function plantCosts(): { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  return {
    columns: ["sensors, a reading every", ...PER_MESSAGE.map((count) => `${count} in a message`)],
    rows: PLANTS.map(({ devices, secondsBetween }) => [
      `${devices.toLocaleString("en")}, ${secondsBetween} s`,
      ...PER_MESSAGE.map((perMessage) => {
        const load = { ...USUAL_LOAD, perMessage, readingsPerSecond: devices / secondsBetween };
        const usdOf = (basicIngest: boolean) => {
          const plant = { ...load, devices, secondsBetween, basicIngest };
          return Math.round(total(month(plant, devices, plan(plant, defaultConfig()).config))).toLocaleString("en");
        };
        return `${usdOf(false)} / ${usdOf(true)}`;
      }),
    ]),
  };
}
