import type { Context } from "aws-lambda";
import { connectSweep } from "../connect";
import { sweep } from "./sweep";

const surroundings = connectSweep(process.env, __dirname);

/** Entry point of the sweep: the schedule calls it each minute. What its event holds is of no use. */
export async function handler(_event: unknown, context: Pick<Context, "getRemainingTimeInMillis">): Promise<void> {
  await sweep(context.getRemainingTimeInMillis(), surroundings);
}
