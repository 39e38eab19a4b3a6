import { EvidenceStore } from "../../local/accounting/evidence-store";

/** An empty store; a test fails where it cannot be written. */
export function evidenceStore(): EvidenceStore {
  return new EvidenceStore((why) => {
    throw new Error(why);
  });
}
