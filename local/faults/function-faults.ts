import type { InvocationResult } from "../aws/lambda/function-host/invoke-result";
import type { FaultBoard } from "./endpoint-faults";

type Invoke = (event: unknown) => Promise<InvocationResult>;

/** An invocation under the faults in force: it does not run, or it runs and its answer is lost. Either way it has failed. */
export function withFunctionFaults(invoke: Invoke, faults: FaultBoard, newRequestId: () => string): Invoke {
  return async (event) => {
    const fault = faults.strike("function");
    if (!fault) return invoke(event);
    const requestId = fault.kind === "throw" ? newRequestId() : (await invoke(event)).requestId;
    return fault.kind === "throw"
      ? { ok: false, errorType: "Runtime.ExitError", errorMessage: "injected: the function did not run", requestId }
      : {
          ok: false,
          errorType: "Sandbox.Timedout",
          errorMessage: "injected: the function's answer is lost",
          requestId,
        };
  };
}
