import type { LiveSample } from '../model/completion.ts';
import { DROP_REASONS } from '../model/exchange.ts';
import { OUTCOMES } from '../model/outcome.ts';
import { count, createHistogram, E2EL_BOUNDS, TTFT_BOUNDS } from './metrics-text.ts';

/** Samples of lost records, of every reason from the start: a counter that begins above zero shows no increase. */
export function dropSamples(drops: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  return DROP_REASONS.map((reason) => [`reason="${reason}"`, drops[reason] ?? 0]);
}

/** What recorded and replayed answers are counted by on a page of metrics. */
export function createAnswerCounts() {
  const outcomes = new Map<string, number>(OUTCOMES.map((outcome) => [`outcome="${outcome}"`, 0]));
  const statuses = new Map<string, number>();
  const ttft = createHistogram(TTFT_BOUNDS);
  const e2el = createHistogram(E2EL_BOUNDS);
  const totals = { promptTokens: 0, completionTokens: 0, bytes: 0 };
  return {
    outcomes,
    statuses,
    ttft,
    e2el,
    totals,
    add({ outcome, status, ttftUs, e2elUs, promptTokens, completionTokens, bytes }: LiveSample): void {
      count(outcomes, `outcome="${outcome}"`);
      if (status !== null) count(statuses, `status="${status}"`);
      if (ttftUs !== null) ttft.add(ttftUs / 1e6);
      if (outcome === 'ok' && e2elUs !== null) e2el.add(e2elUs / 1e6);
      totals.promptTokens += promptTokens ?? 0;
      totals.completionTokens += completionTokens ?? 0;
      totals.bytes += bytes;
    },
  };
}
