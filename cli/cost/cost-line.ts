import { PRICES, type PriceName } from "./prices";

/** A line of a bill. */
export interface CostLine {
  /** What is paid for. */
  readonly name: string;
  /** In the price's unit. */
  readonly quantity: number;
  readonly price: PriceName;
  /** US dollars. */
  readonly usd: number;
}

/** A month has as many hours for AWS. */
export const HOURS_PER_MONTH = 730;
/** The same in seconds. */
export const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;
/** Bytes of a batch's log line. A test measures it. */
export const BATCH_LINE_BYTES = 600;
/** Bytes of Lambda's own three lines for each invocation. */
export const LAMBDA_LINES_BYTES = 450;
/** Metrics that a mapping's event counts have. */
export const MAPPING_METRICS = 7;

/** A line, at its price. */
export function line(name: string, quantity: number, price: PriceName): CostLine {
  return { name, quantity, price, usd: quantity * PRICES[price].usd };
}
