import { type ArchivedObject, GLACIER_CLASSES, type GlacierClass } from "../../stores/archived-objects";
import { PRICES, type PriceName } from "../cost/prices";

/** How fast and how expensive a restore is: our name of a tier, and that of S3. */
export const TIERS = { standard: "Standard", bulk: "Bulk", expedited: "Expedited" } as const;
/** A key of `TIERS`. */
export type TierName = keyof typeof TIERS;

interface Terms {
  readonly request: PriceName;
  readonly gb: PriceName;
  /** The duration that AWS states. */
  readonly takes: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html */
const TERMS: Readonly<Record<GlacierClass, Partial<Record<TierName, Terms>>>> = {
  GLACIER: {
    expedited: { request: "glacierExpeditedRequest", gb: "glacierExpeditedGb", takes: "1 to 5 minutes" },
    standard: { request: "glacierStandardRequest", gb: "glacierStandardGb", takes: "3 to 5 hours" },
    bulk: { request: "glacierBulkRequest", gb: "glacierBulkGb", takes: "5 to 12 hours" },
  },
  DEEP_ARCHIVE: {
    standard: { request: "deepArchiveStandardRequest", gb: "deepArchiveStandardGb", takes: "up to 12 hours" },
    bulk: { request: "deepArchiveBulkRequest", gb: "deepArchiveBulkGb", takes: "up to 48 hours" },
  },
};

/** The duration and the cost of a restore, for the objects of one class. */
export interface Estimate {
  readonly glacier: GlacierClass;
  readonly objects: number;
  readonly gb: number;
  /** The duration that AWS states. */
  readonly takes: string;
  /** US dollars: requests, retrieval, and the copies in S3 Standard for their days. */
  readonly usd: number;
}

/** The duration and the cost of restoring these objects, by class; undefined where a class has no such tier. */
export function estimate(
  objects: readonly ArchivedObject[],
  tier: TierName,
  days: number,
): readonly Estimate[] | undefined {
  const estimates: Estimate[] = [];
  for (const glacier of GLACIER_CLASSES) {
    const own = objects.filter((object) => object.glacier === glacier);
    if (own.length === 0) continue;
    const terms = TERMS[glacier][tier];
    if (terms === undefined) return undefined;
    const gb = own.reduce((sum, { bytes }) => sum + bytes, 0) / 1024 ** 3;
    const kept = (gb * PRICES.s3StandardGbMonth.usd * days * 12) / 365;
    const usd = own.length * PRICES[terms.request].usd + gb * PRICES[terms.gb].usd + kept;
    estimates.push({ glacier, objects: own.length, gb, takes: terms.takes, usd });
  }
  return estimates;
}
