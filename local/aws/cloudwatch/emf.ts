/** A value of a metric, as CloudWatch would extract it from a log line. */
export interface MetricValue {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

interface Directive {
  readonly Namespace?: unknown;
  readonly Dimensions?: unknown;
  readonly Metrics?: unknown;
}

/**
 * Reads the metrics embedded in a log line by its own directives
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 * A line without any, or that is not in the format, has none: CloudWatch is silent about it too.
 */
export function embeddedMetrics(line: string): MetricValue[] {
  if (!line.includes('"_aws"')) return [];
  let root: Record<string, unknown>;
  try {
    root = JSON.parse(line);
  } catch {
    return [];
  }
  const directives = (root._aws as { CloudWatchMetrics?: unknown } | undefined)?.CloudWatchMetrics;
  if (!Array.isArray(directives)) return [];
  return directives.flatMap((directive: Directive) => metricsOf(directive, root));
}

function metricsOf({ Namespace, Dimensions, Metrics }: Directive, root: Record<string, unknown>): MetricValue[] {
  if (typeof Namespace !== "string" || !Array.isArray(Metrics)) return [];
  const dimensionSets: unknown[] = Array.isArray(Dimensions) && Dimensions.length > 0 ? Dimensions : [[]];
  return dimensionSets.flatMap((set) => {
    const dimensions = dimensionsOf(set, root);
    if (!dimensions) return [];
    return Metrics.flatMap((metric: { Name?: unknown }) => {
      const name = metric.Name;
      const value = typeof name === "string" ? root[name] : undefined;
      const values = (Array.isArray(value) ? value : [value]).filter((entry) => typeof entry === "number");
      return typeof name === "string" && values.length > 0 ? [{ namespace: Namespace, name, dimensions, values }] : [];
    });
  });
}

function dimensionsOf(set: unknown, root: Record<string, unknown>): Record<string, string> | undefined {
  if (!Array.isArray(set)) return undefined;
  const entries = set.map((name) => [String(name), root[String(name)]] as const);
  if (!entries.every((entry): entry is readonly [string, string] => typeof entry[1] === "string")) return undefined;
  return Object.fromEntries(entries);
}

/** Sums of metrics since the start, by name. */
export class MetricTotals {
  readonly #namespace: string;
  readonly #sums = new Map<string, number>();

  /** `namespace`: only its metrics are summed. */
  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  /** Takes a line of the function's log. */
  addLine(line: string): void {
    for (const { namespace, name, values } of embeddedMetrics(line)) {
      if (namespace !== this.#namespace) continue;
      this.#sums.set(
        name,
        values.reduce((sum, value) => sum + value, this.sum(name)),
      );
    }
  }

  sum(name: string): number {
    return this.#sums.get(name) ?? 0;
  }
}
