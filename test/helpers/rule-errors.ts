/** Whether the log of the rule's errors has any entry: asks the log itself, which costs less than a start of `npx iot`. */
export async function hasRuleErrors(endpoint: string): Promise<boolean> {
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: {
      authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/sa-east-1/logs/aws4_request",
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "Logs_20140328.FilterLogEvents",
    },
    body: JSON.stringify({ logGroupName: "/aws/iot/rules/dev", limit: 1 }),
  });
  const { events } = (await answer.json()) as { events: unknown[] };
  return events.length > 0;
}
