import { defineCommand, type LeafCommand } from "../../cli/kit/command";
import { flag, optional, repeated, type Values, withDefault } from "../../cli/kit/options";
import type { Io } from "../../cli/kit/terminal";
import { UsageError } from "../../cli/kit/usage-error";
import {
  duration,
  keyValue,
  matching,
  number,
  oneOf,
  share,
  text,
  timerDuration,
  wholeNumber,
} from "../../cli/kit/values";
import { FORMS } from "../fleet/messages";

const PORT = wholeNumber(0, 65_535, "PORT");
/** Seeds are 32-bit numbers; a new one is short enough to type. */
const MAX_SEED = 0xffff_ffff;
const NEW_SEEDS = 1_000_000;

const OPTIONS = {
  devices: withDefault(wholeNumber(0, 5000), "25", "simulated devices; 0 leaves the broker to your own clients"),
  ratePerSecond: withDefault(number(0.01, 20_000), "100", "readings per second, of all devices together", {
    name: "rate",
  }),
  perMessage: withDefault(wholeNumber(1, 1000), "1", "readings that a device gathers and publishes in one message"),
  form: withDefault(
    oneOf("FORM", FORMS),
    "list",
    "how a message of several is written: our own form, or SenML (RFC 8428)",
  ),
  forMs: optional(timerDuration, "publish for this long (30s, 5m, 1h), then drain and end", {
    name: "for",
    absent: "until Ctrl-C",
  }),
  anomalyShare: withDefault(share, "0.02", "share of the readings that are out of bounds", { name: "anomalies" }),
  badShare: withDefault(share, "0.01", "share of the messages that break a rule", { name: "bad" }),
  silence: withDefault(share, "0", "share of the devices that fall silent for a while and come back"),
  drift: withDefault(share, "0", "share of the devices whose values drift out of bounds and return"),
  flap: withDefault(share, "0", "share of the devices whose values go in and out of bounds quickly"),
  sweepEveryMs: optional(timerDuration, "time between two sweeps of the device watch", {
    name: "sweep-every",
    absent: "as the stack declares it",
  }),
  json: flag("end standard output with the summary as one JSON object"),
  mqttPort: withDefault(PORT, "1883", "MQTT on 127.0.0.1; 0 takes a free port"),
  mqttsPort: optional(PORT, "MQTT over TLS on 127.0.0.1, with certificates", { absent: "8883, or a free one" }),
  awsPort: withDefault(PORT, "4566", "the AWS endpoint on 127.0.0.1; 0 takes a free port"),
  pagePort: optional(PORT, "the page that shows the run", { absent: "4580, or a free one" }),
  stack: withDefault(
    matching("NAME", 'a stack\'s name: letters, digits, "-", "_" and "."', /^[A-Za-z0-9._-]{1,100}$/),
    "dev",
    "the stack whose configuration, Pulumi.NAME.yaml, is declared",
  ),
  config: repeated(keyValue, "a configuration key that overrides the file's"),
  seed: withDefault(wholeNumber(0, MAX_SEED), (now) => String(now % NEW_SEEDS), "start of all randomness", {
    absent: "a new one, which is printed",
  }),
  keep: optional(
    text("DIR", "a folder, such as .local/data"),
    'keep the archive in this folder, for "npx iot history"',
  ),
  clear: flag("empty that folder first", { needs: ["keep"] }),
  patienceMs: withDefault(duration, "2m", "at the end, give up when nothing has moved for this long", {
    name: "patience",
  }),
  chaos: flag("break stores, function and connections at random, then heal and drain"),
};

/** What the command line of `npm run local` asks for. */
export type Options = Values<typeof OPTIONS>;

/** `npm run local`. @param run Runs the pipeline once, and resolves with the exit status. */
export function localCommand(run: (options: Options, io: Io) => Promise<number>): LeafCommand<Options> {
  return defineCommand({
    name: "local",
    summary: "run the whole pipeline on this machine",
    description:
      "Runs the whole pipeline on this machine: simulated devices, an MQTT broker, and all that the stack declares. Ctrl-C " +
      "stops the devices, drains the pipeline and prints the summary; a second Ctrl-C ends immediately.",
    examples: ["--for 30s --seed 1", "--devices 0", "--config shardCount=2 --keep .local/data"],
    options: OPTIONS,
    run: async (options, io) => {
      refuseSharedPorts(options);
      return run(options, io);
    },
  });
}

/** @throws UsageError where two options name the same port */
function refuseSharedPorts({ mqttPort, mqttsPort, awsPort, pagePort }: Options): void {
  const ports = Object.entries({
    "--mqtt-port": mqttPort,
    "--mqtts-port": mqttsPort,
    "--aws-port": awsPort,
    "--page-port": pagePort,
  });
  for (const [at, [name, port]] of ports.entries()) {
    const [other] = ports.slice(at + 1).find(([, next]) => port && port === next) ?? [];
    if (other !== undefined) throw new UsageError(`"${name}" and "${other}" must be two ports, got ${port} for both`);
  }
}
