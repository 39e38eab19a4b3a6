import { mockClient as mock } from "aws-sdk-client-mock";

const mocked = new Set<{ restore(): void }>();

/** aws-sdk-client-mock, whose mocks end with their suite: the next one is in the same process. */
export const mockClient: typeof mock = (client) => {
  const one = mock(client);
  mocked.add(one);
  return one;
};

/** Makes the clients what they were. */
export function restoreClients(): void {
  for (const one of mocked) one.restore();
  mocked.clear();
}
