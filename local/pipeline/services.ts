import { dynamodbGuard } from "../aws/dynamodb/dynamodb-guard";
import { administration } from "../aws/endpoint/administration";
import type { GatewayServices } from "../aws/endpoint/gateway";
import type { Broker } from "../aws/iot/broker";
import { iotDataApi } from "../aws/iot/iot-data-api";
import type { CertificateAuthority } from "../aws/iot/registry/certificate-authority";
import type { DeviceRegistry } from "../aws/iot/registry/device-registry";
import { registryApi } from "../aws/iot/registry/registry-api";
import { kinesisApi } from "../aws/kinesis/kinesis-api";
import type { Stream } from "../aws/kinesis/stream";
import { invokeApi } from "../aws/lambda/function-host/invoke-api";
import { declaredGroups } from "../aws/logs/declared-groups";
import type { FunctionLog } from "../aws/logs/log-group";
import { logsApi } from "../aws/logs/logs-api";
import { s3Guard } from "../aws/s3/s3-guard";
import { snsApi } from "../aws/sns/sns-api";
import { stsApi } from "../aws/sts/sts-api";
import type { FaultBoard } from "../faults/endpoint-faults";
import type { Declaration } from "../stack/declaration";
import type { Recording } from "../stack/recording";
import type { LocalArchiveDelivery } from "./archive-delivery";
import type { LocalIngestion } from "./ingestion";
import type { Notices } from "./notices";
import type { LocalProcessor } from "./processor";

/** The parts of the pipeline that answer requests of AWS services. */
export interface AnsweringParts {
  readonly faults: FaultBoard;
  readonly registry: DeviceRegistry;
  readonly authority: CertificateAuthority;
  readonly broker: Broker;
  readonly mqttsPort: number;
  readonly stream: Stream;
  readonly ingestion: LocalIngestion;
  readonly processor: LocalProcessor;
  readonly archive: LocalArchiveDelivery | undefined;
  readonly watchLogs: Readonly<Record<string, FunctionLog>>;
  readonly notices: Notices;
  readonly functionLogs: { readonly processor: FunctionLog; readonly transform: FunctionLog };
}

/** The services of the endpoint, each answered by a part of the pipeline. */
export function localServices(
  declaration: Declaration,
  { recording }: { readonly recording: Recording },
  parts: AnsweringParts,
): GatewayServices {
  const { outputs, processor, accountId } = declaration;
  const { faults, registry, authority, broker, stream } = parts;
  return {
    administration: administration({
      faults,
      outputs,
      authority: () => authority.pem,
      flush: async () => parts.archive?.drained(),
      sent: parts.notices.sent,
    }),
    inProcess: {
      // AWS's answer is a host alone: there the port is 8883.
      iot: registryApi({ registry, authority, endpoint: `127.0.0.1:${parts.mqttsPort}` }),
      iotdata: iotDataApi((...message) => broker.publish(...message)),
      kinesis: kinesisApi(stream),
      lambda: invokeApi(processor, (event, onLog) => parts.processor.invoke(event, onLog)),
      logs: logsApi(logGroups(declaration, recording, parts)),
      sns: snsApi(recording, (message) => parts.notices.hear(message)),
      sts: stsApi(accountId),
    },
    guards: { s3: s3Guard(recording), dynamodb: dynamodbGuard(recording) },
  };
}

function logGroups(
  { processor, archiveTransform, outputs }: Declaration,
  recording: Recording,
  { ingestion, functionLogs, watchLogs }: Pick<AnsweringParts, "ingestion" | "functionLogs" | "watchLogs">,
) {
  const errorLog = { name: outputs.rule_error_log, log: ingestion.errorLog };
  return declaredGroups(recording, errorLog, {
    [processor.name]: functionLogs.processor,
    ...(archiveTransform && { [archiveTransform.name]: functionLogs.transform }),
    ...watchLogs,
  });
}
