import type { Arrivals, RunSettings } from '../model/run.ts';
import type { Messages } from './messages/messages.ts';

/** What was sent: which exchanges, in what order, and how long their answers were asked to be. */
export function trafficText(settings: RunSettings, messages: Messages): string {
  const { environment: w, quantities: q, skip, clause, semicolon } = messages;
  const { exchanges, conversations, order, loop, lengths, skipped } = settings;
  const what = [
    w.exchanges(q.whole(exchanges)),
    ...(conversations === 0 || conversations === exchanges ? [] : [w.conversations(q.whole(conversations))]),
    ...(exchanges === 1 ? [] : [w.order[order]]),
    loop ? w.passes.loop : w.passes.once,
  ];
  return [what.join(clause), w.lengths[lengths], ...skipped.map(skip)].join(semicolon);
}

/** When it was sent, and what became of requests without an answer. */
export function loadText(settings: RunSettings, messages: Messages): string {
  const { environment: w, quantities: q, semicolon } = messages;
  const { load, durationUs, requests, timeoutUs, think, aborts, warmup } = settings;
  return [
    load.kind === 'closed' ? w.closedLoop[load.semantics] : arrivalsText(load.arrivals, messages),
    ...(load.kind === 'open' && load.maxInFlight !== null ? [w.maxInFlight(q.whole(load.maxInFlight))] : []),
    ...(durationUs === null ? [] : [w.duration(q.given(durationUs / 1e3))]),
    ...(requests === null ? [] : [w.requests(q.whole(requests))]),
    ...(durationUs === null && requests === null ? [w.wholeTape] : []),
    w.timeout(q.given(timeoutUs / 1e3)),
    ...(think.kind === 'recorded' ? [w.think.recorded] : []),
    ...(think.kind === 'fixed' ? [w.think.fixed(q.given(think.us / 1e3))] : []),
    ...(aborts === 'replay' ? [] : [w.aborts[aborts]]),
    ...(warmup === null ? [] : [warmupText(warmup, messages)]),
  ].join(semicolon);
}

function arrivalsText(arrivals: Arrivals, { environment: w, quantities: q }: Messages): string {
  switch (arrivals.kind) {
    case 'recorded':
      return w.arrivals.recorded(q.times(arrivals.timeScale));
    case 'gamma':
      return w.arrivals.gamma(q.times(arrivals.cv));
    default:
      return w.arrivals[arrivals.kind];
  }
}

function warmupText(
  warmup: NonNullable<RunSettings['warmup']>,
  { environment: w, quantities: q }: Messages,
): string {
  return 'requests' in warmup
    ? w.warmup.requests(q.whole(warmup.requests))
    : w.warmup.time(q.given(warmup.us / 1e3));
}

/** What was changed in the recorded bytes, most frequent first; empty when nothing was. */
export function changesText({ changes }: Pick<RunSettings, 'changes'>, messages: Messages): string {
  return changes
    .toSorted((a, b) => b.requests - a.requests)
    .map(messages.change)
    .join(messages.semicolon);
}

/** What was done about the server's prefix cache. */
export function cacheText({ cache, cacheRefusal }: RunSettings, messages: Messages): string {
  const { environment: w } = messages;
  return cacheRefusal === null ? w.caches[cache] : w.refused(messages.cacheRefusal(cacheRefusal));
}
