import type { LoadedRequests } from './load-requests.ts';

/** What is left out of a replay, in a sentence for each reason. */
export function skippedNotes({ skipped }: Pick<LoadedRequests, 'skipped'>): readonly string[] {
  return Object.entries(skipped).map(([reason, n]) => `${n} exchanges are not replayed: ${reason}`);
}

/** What is sent otherwise than it was recorded, in a sentence for each change. */
export function changeNotes({
  changes,
  requests,
}: Pick<LoadedRequests, 'changes' | 'requests'>): readonly string[] {
  return Object.entries(changes).map(([change, n]) => `in ${n} of ${requests.length} requests: ${change}`);
}
