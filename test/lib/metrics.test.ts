import { describe, expect, it } from "vitest";
import { dashboardBody } from "../../lib/dashboard";
import { metricsOf } from "../../lib/metrics";

const WATCHED = {
  suffix: "dev",
  streamName: "stream",
  ruleName: "rule",
  tableName: "table",
  bucketName: "bucket",
  functionName: "processor",
  mappingUuid: "mapping",
  deliveryStreamName: "delivery",
  transformName: "transform",
  deviceWatch: { functionName: "watch", mappingUuid: "watch-mapping", sweepName: "sweep", tableName: "watch-table" },
};

interface Shown {
  readonly widgets: readonly { readonly properties: { readonly period: number; readonly metrics: string[][] } }[];
}

describe("metricsOf", () => {
  const all = Object.values(metricsOf(WATCHED));
  const { widgets } = dashboardBody(WATCHED, "sa-east-1") as Shown;

  it("has no series twice", () => {
    const series = all.map(({ namespace, name, dimensions }) => JSON.stringify([namespace, name, dimensions]));
    expect(new Set(series).size).toBe(series.length);
  });

  it("holds what the dashboard shows, each once, and nothing else", () => {
    const shown = widgets.flatMap(({ properties }) => properties.metrics.map((metric) => JSON.stringify(metric)));
    const series = all.map(({ namespace, name, dimensions }) =>
      JSON.stringify([namespace, name, ...Object.entries(dimensions).flat()]),
    );
    expect(shown.sort()).toEqual(series.sort());
  });

  it("is shown with the period in which AWS publishes it: S3 once a day", () => {
    for (const { properties } of widgets)
      for (const [namespace] of properties.metrics)
        expect([namespace, properties.period]).toEqual([namespace, namespace === "AWS/S3" ? 86_400 : 60]);
  });
});
