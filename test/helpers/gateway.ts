import { type AdministrationDeps, administration } from "../../local/aws/endpoint/administration";
import { Gateway, type GatewayDeps } from "../../local/aws/endpoint/gateway";
import { FaultBoard } from "../../local/faults/endpoint-faults";

/** A gateway with what a test does not care for filled in; chance always hits. */
export function gatewayWith(
  deps: Partial<AdministrationDeps & Pick<GatewayDeps, "inProcess" | "guards" | "startingStep">>,
): Gateway {
  const faults = deps.faults ?? new FaultBoard(() => 0);
  return new Gateway({
    faults,
    random: () => 0.9,
    administration: administration({ outputs: {}, authority: () => "PEM", flush: async () => {}, ...deps, faults }),
    inProcess: deps.inProcess ?? {},
    guards: deps.guards ?? {},
    ...(deps.startingStep ? { startingStep: deps.startingStep } : {}),
  });
}
