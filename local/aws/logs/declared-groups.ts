import type { Recording } from "../../stack/recording";
import type { ErrorLog } from "../iot/error-log";
import type { FunctionLog, LogEvent, LogGroup } from "./log-group";

/** The declared log groups with their events. A group that no part of the run writes to is empty. */
export function declaredGroups(
  recording: Recording,
  errorLog: { readonly name: string; readonly log: Pick<ErrorLog, "entries"> },
  functions: Readonly<Record<string, FunctionLog>>,
): LogGroup[] {
  const eventsOf = (name: string): readonly LogEvent[] => {
    if (name === errorLog.name)
      return errorLog.log.entries.map(({ writtenAt, document }, id) => ({
        id,
        timestamp: writtenAt,
        message: JSON.stringify(document),
      }));
    return functions[name.replace("/aws/lambda/", "")]?.events ?? [];
  };
  return recording.ofType("aws:cloudwatch/logGroup:LogGroup").map(({ inputs, state }) => {
    const name = String(inputs.name);
    const retentionInDays = typeof inputs.retentionInDays === "number" ? inputs.retentionInDays : undefined;
    return { name, arn: String(state.arn), retentionInDays, events: () => eventsOf(name) };
  });
}
