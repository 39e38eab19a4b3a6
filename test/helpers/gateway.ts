import { type AdministrationDeps, administration } from "../../local/aws/endpoint/administration";
import { Gateway, type GatewayDeps, type GatewayServices } from "../../local/aws/endpoint/gateway";
import { SentMessages } from "../../local/aws/sns/sent-messages";
import { FaultBoard } from "../../local/faults/endpoint-faults";

/** A gateway with defaults for what a test does not name; chance always hits. */
export function gatewayWith(
  deps: Partial<AdministrationDeps & Pick<GatewayServices, "inProcess" | "guards"> & Pick<GatewayDeps, "startingStep">>,
): Gateway {
  const faults = deps.faults ?? new FaultBoard(() => 0);
  const { startingStep, inProcess = {}, guards = {} } = deps;
  const gateway = new Gateway({ faults, random: () => 0.9, ...(startingStep ? { startingStep } : {}) });
  const sent = new SentMessages();
  gateway.serve({
    administration: administration({
      outputs: {},
      authority: () => "PEM",
      flush: async () => {},
      sent,
      ...deps,
      faults,
    }),
    inProcess,
    guards,
  });
  return gateway;
}
