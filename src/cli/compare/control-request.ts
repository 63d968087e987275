import { median } from '../../compare/statistics/averages.ts';
import { systemClock } from '../../model/clock.ts';
import type { ReplayableRequest } from '../../replay/plan/replayable.ts';
import { sendOnce } from '../../replay/send-once.ts';
import type { ReplaySession } from '../replay/run-cell.ts';
import { headersFor } from '../replay/target-address.ts';

/** Requests whose median is the control's time. One more is sent before, for caches, and is not counted. */
const CONTROL_REQUESTS = 10;

/** The request that asks for the fewest tokens, and the shortest of these: it costs the least beside the runs. */
export function controlRequest(requests: readonly ReplayableRequest[]): ReplayableRequest | undefined {
  const cost = ({ askedTokens, body }: ReplayableRequest) => [askedTokens ?? Infinity, body.length] as const;
  return requests.toSorted((a, b) => {
    const [[tokensA, lengthA], [tokensB, lengthB]] = [cost(a), cost(b)];
    return tokensA === tokensB ? lengthA - lengthB : tokensA - tokensB;
  })[0];
}

/**
 * Times the control request on an idle server, one after the other, milliseconds. Its salt is always the same, so that it
 * finds its prompt in the cache every time.
 * @returns null when fewer than half of them were answered, or the session was stopped
 */
export async function timeControl(
  { settings, target, loaded, signal }: ReplaySession,
  nowUs: () => number = systemClock.nowUs,
): Promise<number | null> {
  const request = controlRequest(loaded.requests);
  const { headers, trust, send } = settings;
  const how = {
    target,
    headers: headersFor(target, headers),
    trust,
    salt: send.cache === 'salt' ? 'reprise-control' : null,
    timeoutUs: send.timeoutUs,
    signal,
  };
  const times: number[] = [];
  for (let n = 0; request !== undefined && n <= CONTROL_REQUESTS && !signal.aborted; n++) {
    const sentUs = nowUs();
    const { outcome } = await sendOnce(request, how);
    if (outcome === 'ok' && n > 0) times.push((nowUs() - sentUs) / 1e3);
  }
  return signal.aborted || times.length * 2 < CONTROL_REQUESTS ? null : median(times);
}
