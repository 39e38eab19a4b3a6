import { describe, expect, it } from "vitest";
import { embeddedMetrics, MetricTotals } from "../../../../local/aws/cloudwatch/emf";

const line = (fields: object, directive: object = {}) =>
  JSON.stringify({
    _aws: {
      Timestamp: 1,
      CloudWatchMetrics: [
        {
          Namespace: "N",
          Dimensions: [["Environment"]],
          Metrics: [{ Name: "A" }, { Name: "B", Unit: "Count" }],
          ...directive,
        },
      ],
    },
    Environment: "dev",
    ...fields,
  });

describe("embeddedMetrics", () => {
  it("extracts what the line's own directives name", () => {
    expect(embeddedMetrics(line({ A: 3, B: [1, 2], C: 9 }))).toEqual([
      { namespace: "N", name: "A", dimensions: { Environment: "dev" }, values: [3] },
      { namespace: "N", name: "B", dimensions: { Environment: "dev" }, values: [1, 2] },
    ]);
  });

  it("extracts a value once for each set of dimensions", () => {
    const found = embeddedMetrics(line({ A: 3, Line: "7" }, { Dimensions: [[], ["Environment", "Line"]] }));
    expect(found.map(({ dimensions }) => dimensions)).toEqual([{}, { Environment: "dev", Line: "7" }]);
  });

  it.each([
    ["a metric without a value", line({ B: "text" })],
    ["a dimension without a value", line({ A: 1 }, { Dimensions: [["Missing"]] })],
    ["no namespace", line({ A: 1 }, { Namespace: 5 })],
    ["an ordinary line", "START RequestId: 1"],
    ["half a line", '{"_aws":{'],
    ["a directive that is no list", '{"_aws":{"CloudWatchMetrics":{}},"A":1}'],
  ])("finds nothing in %s", (_name, text) => {
    expect(embeddedMetrics(text)).toEqual([]);
  });
});

describe("MetricTotals", () => {
  it("sums a namespace's metrics over the lines", () => {
    const totals = new MetricTotals("N");
    totals.addLine(line({ A: 3 }));
    totals.addLine(line({ A: [1, 1], B: 4 }));
    totals.addLine(line({ A: 100 }, { Namespace: "Other" }));
    expect([totals.sum("A"), totals.sum("B"), totals.sum("C")]).toEqual([5, 4, 0]);
  });
});
