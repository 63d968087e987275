import { rewriteRequest } from '../chat/rewrite-request.ts';
import { UserError } from '../model/user-error.ts';
import { whyNotReplayable } from '../replay/plan/replayable.ts';
import type { ReplayableRequest } from '../replay/replayable-request.ts';
import type { TapeReader } from '../store/tape-reader.ts';

/** What of a tape can be replayed. */
export interface LoadedRequests {
  readonly requests: readonly ReplayableRequest[];
  /** Exchanges left out, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
}

/**
 * Reads every replayable request of a tape, in recorded order, ready to be sent. Equal bodies are held once.
 * @throws UserError when there is nothing to replay
 */
export function loadRequests(tape: TapeReader, path: string): LoadedRequests {
  const bodies = new Map<number, Uint8Array>();
  const requests: ReplayableRequest[] = [];
  const skipped: Record<string, number> = {};
  for (const exchange of tape.exchanges()) {
    const { requestBodyId } = exchange;
    const why = whyNotReplayable(exchange);
    if (why !== null || requestBodyId === null) {
      const reason = why ?? 'request body not recorded';
      skipped[reason] = (skipped[reason] ?? 0) + 1;
      continue;
    }
    const recorded = bodies.get(requestBodyId) ?? tape.body(requestBodyId) ?? new Uint8Array(0);
    bodies.set(requestBodyId, recorded);
    const { headers, body } = rewriteRequest(exchange.requestHeaders, recorded);
    requests.push({ exchangeId: exchange.id, path: exchange.path, headers, body, saltAt: null, abort: null });
  }
  if (requests.length === 0) throw nothingToReplay(path, skipped);
  return { requests, skipped };
}

function nothingToReplay(path: string, skipped: Readonly<Record<string, number>>): UserError {
  const reasons = Object.entries(skipped).map(([reason, n]) => `${n} ${reason}`);
  return new UserError(
    reasons.length === 0
      ? `${path} holds no exchange: record some traffic with reprise record first`
      : `nothing on ${path} can be replayed (${reasons.join(', ')}): record successful completions first`,
  );
}
