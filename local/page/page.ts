import path from "node:path";
import { METRIC } from "../../contract/metrics";
import type { AnomalyLimits } from "../../contract/variables";
import { documentsOf } from "../aws/clients";
import type { Pipeline } from "../pipeline/pipeline";
import type { Declaration } from "../stack/declaration";
import { pageAlarms } from "./alarms";
import { PageServer } from "./page-server";
import { nextSample } from "./samples";
import { latestAnomalies, latestReadings, latestRejects, recentReadings } from "./stores";

const SAMPLE_EVERY_MS = 1000;

/** A page that is being served. */
export interface RunningPage {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves the page of this run. Rejects where the port that was asked for is taken. */
export async function servePage(
  wantedPort: number | undefined,
  projectRoot: string,
  { table, processor, stream, archiveBucket: bucket, deviceWatch: declared }: Declaration,
  pipeline: Pipeline,
  limits: AnomalyLimits,
): Promise<RunningPage> {
  const { ledger, metrics, clients, errorLog, deviceWatch } = pipeline;
  const server = new PageServer({
    staticFolder: path.join(projectRoot, "local", "page", "static"),
    about: { table: table.name, stream: stream.name, shards: stream.shardCount, function: processor.name, bucket },
    alarms:
      declared && deviceWatch ? pageAlarms(deviceWatch, documentsOf(clients.dynamodb), declared.table.name) : undefined,
    recentReadings: (deviceId) => recentReadings(clients, table.name, deviceId),
    latestReadings: (deviceId) => latestReadings(clients, table.name, deviceId),
    latestFindings: async () => {
      const [anomalies, rejects] = await Promise.all([
        latestAnomalies(clients.s3, bucket, limits),
        latestRejects(clients.s3, bucket),
      ]);
      return { anomalies, rejects };
    },
  });
  let latencies: number[] = [];
  const unsubscribe = ledger.onLatency((latencyMs) => latencies.push(latencyMs));
  const sample = () => {
    const totals = {
      published: ledger.acknowledged + ledger.externalTaken,
      stored: metrics.sum(METRIC.processed),
      rejected: metrics.sum(METRIC.rejected),
      anomalies: metrics.sum(METRIC.anomalies),
      ruleErrors: errorLog.entries.length,
    };
    const now = { at: Date.now(), totals, lagMs: pipeline.lagMs, onTheirWay: ledger.waiting };
    server.push(nextSample(server.latest, now, latencies));
    latencies = [];
  };
  const port = await server.listen(wantedPort);
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: async () => {
      clearInterval(timer);
      unsubscribe();
      await server.stop();
    },
  };
}
