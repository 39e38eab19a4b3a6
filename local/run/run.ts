import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { counted, printable, shellWord } from "../../cli/kit/output";
import type { Io } from "../../cli/kit/terminal";
import { wordsOf } from "../../contract/error-words";
import { METRIC } from "../../contract/metrics";
import { topicsOf } from "../../contract/topics";
import { copyArchive } from "../../stores/archive-copy";
import { takeAccount } from "../accounting/account";
import type { GaveUp } from "../accounting/places";
import { readBack } from "../accounting/read-back";
import { accountsForAll, archiveErrorWords, formatSummary, type Summary } from "../accounting/summary";
import { documentsOf } from "../aws/clients";
import { banner } from "../command/banner";
import type { Options } from "../command/options";
import { reportAccount, reportProgress } from "../command/progress";
import { wreakHavoc } from "../faults/chaos";
import type { Faults } from "../faults/endpoint-faults";
import { reshard } from "../faults/reshard";
import { Fleet } from "../fleet/fleet";
import { seededRandom } from "../fleet/random";
import { silenceLength } from "../fleet/silence-length";
import { type RunningPage, servePage } from "../page/page";
import { claimPort } from "../pipeline/claim-port";
import { Pipeline, type PipelinePaths } from "../pipeline/pipeline";
import { anomalyLimitsOf } from "../stack/anomaly-limits";
import type { Declaration } from "../stack/declaration";
import type { DeclarePaths } from "../stack/declare-apart";
import type { Recording } from "../stack/recording";
import { runDry } from "./draining";
import { summarizeWatch } from "./watch-summary";

/** Where the run finds its files and leaves its own. */
export interface RunPaths extends PipelinePaths, DeclarePaths {
  readonly projectRoot: string;
  /** Folder of what this run writes while it is up; it goes when the run ends. */
  readonly runFolder: string;
}

/** Keys of unreadable objects that are told one by one. */
const UNREADABLE_SHOWN = 5;

/**
 * Runs everything once: starts, publishes, drains, accounts, and prints the summary. Resolves with whether every message is accounted for, and
 * the archive kept where it was to be.
 */
export async function runLocally(
  options: Options,
  { declaration, recording }: { readonly declaration: Declaration; readonly recording: Recording },
  paths: RunPaths,
  terminal: Io,
  stopRequested: AbortSignal,
): Promise<boolean> {
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  const pipeline = await Pipeline.start(declaration, paths, {
    recording,
    mqttPort: options.mqttPort,
    mqttsPort: options.mqttsPort,
    awsPort: options.awsPort,
    sweepEveryMs: options.sweepEveryMs,
    random: seededRandom(options.seed + 1),
    note: (text) => terminal.note(text),
    onBroken: (why) => broken.reject(new Error(why)),
  });
  let page: RunningPage | undefined;
  try {
    const limits = anomalyLimitsOf(declaration);
    page = await claimPort(
      servePage(options.pagePort, paths.projectRoot, declaration, pipeline, limits),
      options.pagePort ?? 0,
      "--page-port",
    );
    pipeline.open();
    terminal.note(banner(declaration, pipeline, page.url));
    return await Promise.race([runFleet(options, declaration, pipeline, terminal, stopRequested), broken.promise]);
  } finally {
    await page?.stop();
    await pipeline.stop();
  }
}

async function runFleet(
  options: Options,
  declaration: Declaration,
  pipeline: Pipeline,
  terminal: Io,
  stopRequested: AbortSignal,
): Promise<boolean> {
  const fleet = fleetOf(options, declaration, pipeline);
  await fleet.connect();
  if (options.devices > 0)
    terminal.note(
      `${counted(options.devices, "device")}, ${options.ratePerSecond} readings per second${messageWords(options)}${misbehaviourWords(options)}, seed ${options.seed}`,
    );
  const startedAt = performance.now();
  const progress = reportProgress(pipeline, terminal, startedAt);
  try {
    if (options.devices > 0) fleet.start();
    const calm = new AbortController();
    const havoc = options.chaos ? havocOn(options, fleet, pipeline, terminal, calm.signal) : undefined;
    await published(options, stopRequested);
    fleet.pause();
    calm.abort();
    await havoc;
    progress.phase("draining");
    const secondsRun = () => (performance.now() - startedAt) / 1000;
    let durationSeconds = secondsRun();
    const gaveUp = await runDry(fleet, pipeline, options.patienceMs, {
      onAcknowledged: () => {
        durationSeconds = secondsRun();
      },
      note: (text) => terminal.note(text),
    });
    progress.stop();
    const isKept = await keepArchive(options, declaration, pipeline, terminal);
    const summary = await summarize(options, declaration, pipeline, durationSeconds, gaveUp, terminal);
    terminal.result(formatSummary(summary));
    if (options.json) terminal.result(JSON.stringify(summary));
    return isKept && accountsForAll(summary);
  } finally {
    progress.stop();
    await fleet.stop();
  }
}

/** Resolves when the devices have published for as long as they were to, or when the run is asked to stop. */
async function published({ forMs }: Options, stopRequested: AbortSignal): Promise<void> {
  if (forMs !== undefined) await sleep(forMs, undefined, { signal: stopRequested }).catch(() => {});
  else if (!stopRequested.aborted) await once(stopRequested, "abort");
}

/** Copies the archive where it is to be kept; resolves with false where that fails, which it tells. */
async function keepArchive(
  { keep }: Options,
  { archiveBucket }: Declaration,
  { clients, faults }: Pipeline,
  terminal: Io,
): Promise<boolean> {
  if (keep === undefined) return true;
  faults.set({});
  try {
    const kept = await copyArchive(clients.s3, archiveBucket, keep);
    terminal.note(
      `${kept} objects of the archive are kept in ${keep}. Query them: npx iot history --data ${shellWord(keep)} --list`,
    );
    return true;
  } catch (error) {
    const why = wordsOf(error);
    terminal.note(`The archive is not kept as a whole in "${keep}", which "--keep" names: ${why}`);
    return false;
  }
}

function fleetOf(options: Options, declaration: Declaration, { ledger, mqttPort, deviceWatch }: Pipeline): Fleet {
  const { silence, drift, flap } = options;
  const silenceMs = silenceLength(deviceWatch?.rules.rules ?? [], deviceWatch?.sweepEveryMs ?? 0);
  return new Fleet(
    {
      devices: options.devices,
      ratePerSecond: options.ratePerSecond,
      anomalyShare: options.anomalyShare,
      badShare: options.badShare,
      misbehaviour: { silence, drift, flap, silenceMs },
      perMessage: options.perMessage,
      form: options.form,
      limits: anomalyLimitsOf(declaration),
      mqttPort,
      topicOf: topicsOf(declaration.outputs.topic_prefix).data,
    },
    {
      random: seededRandom(options.seed),
      conductRandom: seededRandom(options.seed + 3),
      now: Date.now,
      onPublish: (publish) => ledger.published(publish),
    },
  );
}

function havocOn(
  { seed }: Options,
  fleet: Fleet,
  { faults, broker, stream, deviceWatch }: Pipeline,
  terminal: Io,
  calm: AbortSignal,
): Promise<void> {
  const ports = {
    setFaults: (broken: Faults) => faults.set(broken),
    breakDevices: (pick: () => boolean) => fleet.breakConnections(pick),
    breakBroker: (pick: () => boolean) => broker.breakConnections(pick),
    reshard: () => reshard(stream),
    note: (text: string) => terminal.note(text),
    breaksTopics: deviceWatch !== undefined,
  };
  return wreakHavoc(seededRandom(seed + 2), ports, calm);
}

async function summarize(
  options: Options,
  declaration: Declaration,
  pipeline: Pipeline,
  durationSeconds: number,
  gaveUp: GaveUp,
  terminal: Io,
): Promise<Summary> {
  const { table, archiveBucket, mapping, delivery } = declaration;
  const { clients, ledger, errorLog, metrics, faults } = pipeline;
  faults.set({});
  const evidence = ledger.evidence();
  const progress = reportAccount(evidence, terminal);
  const found = await readBack(evidence, documentsOf(clients.dynamodb), clients.s3, {
    table: table.name,
    archive: archiveBucket,
    failureBucket: mapping.failureBucket,
    mappingUuid: mapping.uuid,
    delivery,
  });
  const { notArchived, whyNotArchived, unreadable } = found;
  for (const { key, why } of unreadable.slice(0, UNREADABLE_SHOWN))
    terminal.note(`"${printable(key)}" cannot be read: ${printable(why)}`);
  const logged = new Map<string, number>();
  for (const { payloadId } of errorLog.entries) logged.set(payloadId, (logged.get(payloadId) ?? 0) + 1);
  const parts = evidence.divide();
  const account = await takeAccount(parts, { errorLog: logged, notArchived, gaveUp });
  const archiveErrors = archiveErrorWords(account, whyNotArchived);
  if (archiveErrors !== undefined) terminal.note(archiveErrors);
  const watchAccount = await summarizeWatch(declaration, pipeline, parts, terminal);
  progress.stop();
  const injected = faults.hits;
  return {
    ...account,
    ...watchAccount,
    unreadable: unreadable.length,
    duplicates: ledger.duplicates,
    readingsPerSecond: Number((account.published / durationSeconds).toFixed(1)),
    durationSeconds: Number(durationSeconds.toFixed(1)),
    seed: options.seed,
    metrics: Object.fromEntries(Object.values(METRIC).map((name) => [name, metrics.sum(name)])),
    ...(Object.keys(injected).length > 0 ? { faults: injected } : {}),
  };
}

function messageWords({ perMessage, form }: Options): string {
  return perMessage === 1 ? "" : `, ${perMessage} in a message (${form})`;
}

function misbehaviourWords({ devices, silence, drift, flap }: Options): string {
  const counts: readonly (readonly [number, string])[] = [
    [silence, "fall silent"],
    [drift, "drift"],
    [flap, "flap"],
  ];
  const words = counts.filter(([share]) => share > 0).map(([share, what]) => `${Math.round(share * devices)} ${what}`);
  return words.length === 0 ? "" : `, of the devices ${words.join(", ")}`;
}
