import { describe, expect, it } from "vitest";
import { reshard } from "../../../local/faults/reshard";
import { simulatedStream } from "../aws/kinesis/simulated-stream";

describe("reshard", () => {
  it("doubles the shards, and halves them the next time", () => {
    const { stream, settle } = simulatedStream();
    const counts = [1, 2, 3].map(() => {
      const words = reshard(stream);
      settle();
      return [words, stream.openShards.length];
    });
    expect(counts).toEqual([
      ["from 4 to 8 shards", 8],
      ["from 8 to 4 shards", 4],
      ["from 4 to 8 shards", 8],
    ]);
  });

  it("never goes below what is declared", () => {
    const { stream, settle } = simulatedStream({ shardCount: 5 });
    stream.resize(7);
    settle();
    expect(reshard(stream)).toBe("from 7 to 5 shards");
  });

  it("says why the stream refuses", () => {
    const { stream } = simulatedStream();
    reshard(stream);
    expect(reshard(stream)).toContain("not ACTIVE, instead in state UPDATING");
  });
});
