/** Names of the scripts in a device's folder. */
export const PUBLISH_SCRIPT = "publish.sh";
/** The script that publishes many readings in one message. */
export const PUBLISH_BATCH_SCRIPT = "publish-batch.sh";

/** The timestamp of the examples, milliseconds since the epoch: 2026-01-01. */
const EXAMPLE_TIME = 1_767_225_600_000;
/** Readings that the script gathers in a message. */
const GATHERED = 20;

/** What a script publishes as, and where. */
export interface Publisher {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly topic: string;
  /** Files beside the script. */
  readonly authorityFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** A script that publishes one reading, or a message of the caller's own. */
export function publishScript(publisher: Publisher): string {
  const { name } = publisher;
  // A reading with a timestamp is stored once, however often it is delivered.
  const reading = (value: number) => `{"deviceId":"${name}","sensorType":"temperature","value":${value},"timestamp":`;
  return `#!/bin/sh
# Publishes a reading as ${name} with the present time, or a message of your own, such as: ./${PUBLISH_SCRIPT} '${reading(21)}${EXAMPLE_TIME}}'
reading=$1
case $reading in -?*) ${refusal("reading", "a reading in JSON")} ;; esac
${NOW}
[ -n "$reading" ] || reading='${reading(25.5)}'$now'}'
cd "$(dirname "$0")" && exec ${command(publisher)} -m "$reading"
`;
}

/** A script that publishes many readings in one message: the values of its arguments, or of standard input as they come. */
export function publishBatchScript(publisher: Publisher): string {
  const { name } = publisher;
  return `#!/bin/sh
# Publishes many readings of ${name} in one message, which costs a fraction of as many messages:
#   ./${PUBLISH_BATCH_SCRIPT} 25.5 25.7 26.1      these values, a second apart, the last one now
#   sensor | ./${PUBLISH_BATCH_SCRIPT} -          a value per line, each with the time at which it comes, ${GATHERED} in a message
cd "$(dirname "$0")" || exit
gathered=''
count=0
gather() { # value, milliseconds since the epoch
  gathered="$gathered\${gathered:+,}{\\"value\\":$1,\\"timestamp\\":$2}"
  count=$((count + 1))
}
# What is gathered stays gathered until the broker has acknowledged it.
publish() {
  [ "$count" -gt 0 ] || return 0
  ${command(publisher)} -m '{"deviceId":"${name}","sensorType":"temperature","readings":['"$gathered"']}' || return
  gathered=''
  count=0
}
if [ "$1" = - ]; then
  while read -r value; do
${NOW.replaceAll(/^/gm, "    ")}
    gather "$value" "$now"
    [ "$count" -lt ${GATHERED} ] || publish
    # A message holds 1,000 readings: with that many it waits for the broker.
    [ "$count" -lt 1000 ] || until publish; do sleep 5; done
  done
else
  [ $# -gt 0 ] || set -- 25.5 25.7 26.1
${NOW.replaceAll(/^/gm, "  ")}
  for value; do
    case $value in -[!0-9.]*) ${refusal("value", "a number, or - alone")} ;; esac
  done
  left=$#
  for value; do
    left=$((left - 1))
    gather "$value" $((now - left * 1000))
  done
fi
publish
`;
}

/** Sets \`now\` to the milliseconds since the epoch. */
const NOW = `now=$(date +%s%3N)
# Where date has no milliseconds: macOS, BusyBox.
case $now in *[!0-9]*) now=$(date +%s)000 ;; esac`;

/** Ends the script where its argument looks like an option: it has none. The argument is in the message's variable. */
function refusal(variable: string, rule: string): string {
  return `echo "The argument must be ${rule}, got \\"$${variable}\\"" >&2; exit 2`;
}

function command({ name, host, port, topic, authorityFile, certificateFile, keyFile }: Publisher): string {
  return `mosquitto_pub -h ${host} -p ${port} --cafile ${authorityFile} --cert ${certificateFile} --key ${keyFile} \\
  -q 1 -i '${name}' -t '${topic}'`;
}
