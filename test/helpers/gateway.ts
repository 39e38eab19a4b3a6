import { type AdministrationPorts, administration } from "../../local/aws/endpoint/administration";
import { Gateway, type GatewayPorts } from "../../local/aws/endpoint/gateway";
import { SentMessages } from "../../local/aws/sns/sent-messages";
import { FaultBoard } from "../../local/faults/endpoint-faults";

/** A gateway with what a test does not care for filled in; chance always hits. */
export function gatewayWith(
  ports: Partial<AdministrationPorts & Pick<GatewayPorts, "inProcess" | "guards" | "startingStep">>,
): Gateway {
  const faults = ports.faults ?? new FaultBoard(() => 0);
  return new Gateway({
    faults,
    random: () => 0.9,
    administration: administration({
      outputs: {},
      authority: () => "PEM",
      flush: async () => {},
      sent: new SentMessages(),
      ...ports,
      faults,
    }),
    inProcess: ports.inProcess ?? {},
    guards: ports.guards ?? {},
    ...(ports.startingStep ? { startingStep: ports.startingStep } : {}),
  });
}
