import { LOCAL_PATHS } from "../../contract/local-paths";
import { topicsOf } from "../../contract/topics";
import type { Declaration } from "../stack/declaration";

/** The addresses and names of the running parts, and commands to try. */
export function banner(
  declaration: Declaration,
  at: { readonly mqttPort: number; readonly mqttsPort: number; readonly awsPort: number },
  pageUrl: string,
): string {
  const { table, stream, outputs, region, processor, deviceWatch } = declaration;
  const reading = '{"deviceId":"ext-1","sensorType":"temperature","value":25.5}';
  const { data } = topicsOf(outputs.topic_prefix);
  return [
    `page           ${pageUrl}   shows the run`,
    `MQTT           127.0.0.1:${at.mqttPort}   publish to ${data("<client id>")}`,
    `MQTT over TLS  127.0.0.1:${at.mqttsPort}   for devices with a certificate: npx iot device add <name>`,
    `AWS endpoint   http://127.0.0.1:${at.awsPort}   region ${region}, any credentials`,
    `table          ${table.name}`,
    `stream         ${stream.name} (${stream.shardCount} shards)`,
    `buckets        ${declaration.buckets.join(", ")}`,
    `function       ${processor.name}`,
    ...(deviceWatch
      ? [`device watch   ${deviceWatch.watch.name}   its notices: http://127.0.0.1:${at.awsPort}${LOCAL_PATHS.notices}`]
      : []),
    "",
    "Try it, in another terminal:",
    `  mosquitto_pub -h 127.0.0.1 -p ${at.mqttPort} -q 1 -i ext-1 -t ${data("ext-1")} -m '${reading}'`,
    `  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=${region}`,
    `  aws --endpoint-url http://127.0.0.1:${at.awsPort} dynamodb query --table-name ${table.name} \\`,
    `    --key-condition-expression '${table.hashKey} = :d' --expression-attribute-values '{":d":{"S":"ext-1"}}'`,
    "",
  ].join("\n");
}
