import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface Options {
  /** Simulated devices; 0 leaves the field to clients of one's own. */
  readonly devices: number;
  /** Readings a second, of all devices together. */
  readonly ratePerSecond: number;
  /** How long the fleet publishes; without it, until Ctrl-C. */
  readonly forMs?: number;
  /** Share of the good readings that are out of bounds, 0 to 1. */
  readonly anomalyShare: number;
  /** Share of the readings that break a rule, 0 to 1. */
  readonly badShare: number;
  /** End standard output with the summary as one JSON object. */
  readonly json: boolean;
  /** MQTT port on 127.0.0.1; 0 takes a free one. */
  readonly mqttPort: number;
  /** MQTT over TLS on 127.0.0.1; 0 takes a free one; without it the usual one, or a free one where that is taken. */
  readonly mqttsPort?: number;
  /** Port of the AWS endpoint on 127.0.0.1; 0 takes a free one. */
  readonly awsPort: number;
  /** Port of the page on 127.0.0.1; 0 takes a free one; without it the usual one, or a free one where that is taken. */
  readonly pagePort?: number;
  /** The stack whose configuration, `Pulumi.<stack>.yaml`, is declared. */
  readonly stack: string;
  /** Configuration keys that overrule that file's. */
  readonly config: Readonly<Record<string, string>>;
  /** What the fleet's and the chaos' randomness starts from. */
  readonly seed: number;
  /** Folder that what the archive bucket holds at the end is kept in. */
  readonly keep?: string;
  /** Empty that folder first. */
  readonly clear: boolean;
  /** How long the pipeline may stand still at the end before the run gives up on what is on its way. */
  readonly patienceMs: number;
  /** Break the stores, the function and connections while the fleet publishes. */
  readonly chaos: boolean;
}

/** A command line that cannot be followed. Its message is for the person who typed it. */
export class UsageError extends Error {}

/** What `npm run local -- --help` prints. */
export const HELP = `Usage: npm run local -- [options]

Runs the whole pipeline on this machine: simulated devices, an MQTT broker, and what the stack declares.
Ctrl-C stops the fleet, lets the pipeline run dry and prints the summary; a second Ctrl-C ends at once.

  --devices N          simulated devices (default 25); 0 for none: bring your own MQTT client
  --rate R             readings a second, all devices together (default 100)
  --for DURATION       publish for this long (30s, 5m, 1h), then drain and end; default: until Ctrl-C
  --anomalies SHARE    share of the readings that are out of bounds, 0 to 1 (default 0.02)
  --bad SHARE          share of the messages that break a rule, 0 to 1 (default 0.01)
  --json               the last line of standard output is the summary as one JSON object
  --mqtt-port PORT     MQTT on 127.0.0.1 (default 1883; 0: any free port)
  --mqtts-port PORT    MQTT with certificates on 127.0.0.1 (default 8883, or a free one; 0: any free port)
  --aws-port PORT      the AWS endpoint on 127.0.0.1 (default 4566; 0: any free port)
  --page-port PORT     the page that shows the run, on 127.0.0.1 (default 4580, or a free one; 0: any free port)
  --stack NAME         declare this stack's configuration, Pulumi.NAME.yaml (default dev)
  --config KEY=VALUE   a configuration key of the project, before that file's; may be repeated
  --seed N             start of all randomness, a whole number; default: a new one, which is printed
  --keep DIR           keep the run's archive in this folder, such as .local/data, for "npm run history"
  --clear              empty that folder first
  --patience DURATION  at the end, give up on what is on its way when nothing has moved for this long (default 2m)
  --chaos              break stores, function and connections at random while the fleet publishes, then heal and drain
  --help               this text
`;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Follows the arguments after the program's name. `newSeed` is used where none is given.
 * @throws UsageError
 */
export function parseOptions(args: readonly string[], newSeed: number): Options | "help" {
  const values = parse(args);
  if (values.help) return "help";
  const { "page-port": pagePort, "mqtts-port": mqttsPort } = values;
  const forMs = values.for === undefined ? undefined : duration("--for", values.for);
  return {
    devices: wholeNumber("--devices", values.devices ?? "25", 0, 5000),
    ratePerSecond: numberBetween("--rate", values.rate ?? "100", 0.01, 20_000),
    ...(forMs === undefined ? {} : { forMs }),
    anomalyShare: numberBetween("--anomalies", values.anomalies ?? "0.02", 0, 1),
    badShare: numberBetween("--bad", values.bad ?? "0.01", 0, 1),
    json: values.json ?? false,
    mqttPort: wholeNumber("--mqtt-port", values["mqtt-port"] ?? "1883", 0, 65_535),
    ...(mqttsPort === undefined ? {} : { mqttsPort: wholeNumber("--mqtts-port", mqttsPort, 0, 65_535) }),
    awsPort: wholeNumber("--aws-port", values["aws-port"] ?? "4566", 0, 65_535),
    ...(pagePort === undefined ? {} : { pagePort: wholeNumber("--page-port", pagePort, 0, 65_535) }),
    stack: stackName(values.stack ?? "dev"),
    config: Object.fromEntries((values.config ?? []).map(keyValue)),
    seed: wholeNumber("--seed", values.seed ?? String(newSeed), 0, 0xffff_ffff),
    patienceMs: duration("--patience", values.patience ?? "2m"),
    chaos: values.chaos ?? false,
    ...(values.keep === undefined ? {} : { keep: values.keep }),
    clear: clearing(values),
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        devices: { type: "string" },
        rate: { type: "string" },
        for: { type: "string" },
        anomalies: { type: "string" },
        bad: { type: "string" },
        json: { type: "boolean" },
        "mqtt-port": { type: "string" },
        "mqtts-port": { type: "string" },
        "aws-port": { type: "string" },
        "page-port": { type: "string" },
        stack: { type: "string" },
        config: { type: "string", multiple: true },
        seed: { type: "string" },
        patience: { type: "string" },
        chaos: { type: "boolean" },
        keep: { type: "string" },
        clear: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (error) {
    // Node's message goes on about positional arguments, which this command has none of.
    throw new UsageError(error instanceof Error ? (error.message.split(". ")[0] ?? error.message) : String(error));
  }
}

function clearing({ keep, clear = false }: { keep?: string | undefined; clear?: boolean | undefined }): boolean {
  if (keep === "") throw new UsageError('"--keep" must be a folder, such as .local/data, got ""');
  if (clear && keep === undefined) throw new UsageError('"--clear" empties the folder of "--keep": name it, too');
  return clear;
}

function numberBetween(option: string, text: string, min: number, max: number): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!(value >= min && value <= max))
    throw new UsageError(`"${option}" must be a number from ${min} to ${max}, got "${text}"`);
  return value;
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) < min || Number(text) > max)
    throw new UsageError(`"${option}" must be a whole number from ${min} to ${max}, got "${text}"`);
  return Number(text);
}

function duration(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const ms = match ? Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? 0) : 0;
  if (ms <= 0) throw new UsageError(`"${option}" must be a duration such as 30s, 5m or 1h, got "${text}"`);
  return ms;
}

function stackName(text: string): string {
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(text))
    throw new UsageError(`"--stack" must be a stack's name: letters, digits, "-", "_" and ".", got "${text}"`);
  return text;
}

function keyValue(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`"--config" must be KEY=VALUE, got "${text}"`);
  return [text.slice(0, at), text.slice(at + 1)];
}
