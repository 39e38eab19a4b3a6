import { queryAnswer, queryRefusal } from "../endpoint/guard";
import type { InProcessService } from "../endpoint/in-process";

const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

/** STS, as far as a client asks who it is: GetCallerIdentity. Any credentials are this one user. */
export function stsApi(accountId: string): InProcessService {
  return async ({ query, body }) => {
    const action = new URLSearchParams(body.toString("utf8")).get("Action") ?? query.get("Action") ?? "";
    if (action !== "GetCallerIdentity")
      return queryRefusal(501, "NotImplemented", `The local run does not do ${action}, of STS only GetCallerIdentity.`);
    const arn = `arn:aws:iam::${accountId}:user/local`;
    return queryAnswer(action, NAMESPACE, `<Arn>${arn}</Arn><UserId>LOCAL</UserId><Account>${accountId}</Account>`);
  };
}
