import { LOCAL_PATHS } from "../../../contract/local-paths";
import { type FaultBoard, parseFaults } from "../../faults/endpoint-faults";
import type { SentMessages } from "../sns/sent-messages";
import type { InProcessService } from "./in-process";

/** What the run lets a client ask and change. */
export interface AdministrationDeps {
  readonly faults: FaultBoard;
  /** What the stack prints at its deployment, for the commands that go on from there. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The certificate, in PEM, of the authority that has signed the devices' and the broker's. */
  readonly authority: () => string;
  /** Resolves when everything that is in the stream by now is in the archive. */
  readonly flush: () => Promise<void>;
  /** What the topics were given lately. */
  readonly sent: SentMessages;
}

/**
 * What the run itself is asked: `faults` (GET shows what is broken, PUT breaks, DELETE heals), `outputs`, `ca.pem`, `notices`, and
 * `flush` (POST: the archive's delivery writes its buffer now).
 */
export function administration({ faults, outputs, authority, flush, sent }: AdministrationDeps): InProcessService {
  const state = () => json(200, { faults: faults.faults, hits: faults.hits });
  return async ({ method, path, query, body }) => {
    switch (`${method} ${path}`) {
      case `GET ${LOCAL_PATHS.faults}`:
        return state();
      case `PUT ${LOCAL_PATHS.faults}`: {
        const parsed = parseFaults(body.toString());
        if (!parsed.ok) return json(400, { problems: parsed.problems });
        faults.set(parsed.faults);
        return state();
      }
      case `DELETE ${LOCAL_PATHS.faults}`:
        faults.set({});
        return state();
      case `GET ${LOCAL_PATHS.outputs}`:
        return json(200, outputs);
      case `GET ${LOCAL_PATHS.authority}`:
        return { status: 200, headers: { "content-type": "application/x-pem-file" }, body: authority() };
      case `GET ${LOCAL_PATHS.notices}`:
        return json(200, noticesOf(sent, query.get("topic")));
      case `POST ${LOCAL_PATHS.flush}`:
        await flush();
        return json(200, {});
      default:
        return json(404, {
          problems: ["there are GET, PUT and DELETE faults, GET outputs, GET ca.pem, GET notices, POST flush"],
        });
    }
  };
}

/** The messages; what a message holds as JSON is JSON here, too. */
function noticesOf(sent: SentMessages, topic: string | null): readonly object[] {
  const chosen = sent.all.filter(({ topicArn }) => topic === null || topicArn.endsWith(`:${topic}`));
  return chosen.map(({ message, ...rest }) => ({ ...rest, message: parsed(message) }));
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return message;
  }
}

function json(status: number, body: unknown) {
  return { status, headers: { "content-type": "application/json" }, body: `${JSON.stringify(body, null, 2)}\n` };
}
