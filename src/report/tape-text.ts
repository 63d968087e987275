import type { SampleStats } from '../measure/sample-stats.ts';
import type { TapeFigures } from '../measure/tape-figures.ts';
import { cellName } from '../model/run.ts';
import { alignTable, safeText } from './plain-text.ts';
import { duration, PERCENTILE_NOTE, percentileOf, rate, whole } from './quantities.ts';

/** What is on a tape, for a terminal. */
export function tapeText(figures: TapeFigures): string {
  const facts: (readonly [string, string])[] = [
    ['captures', `${figures.captures}${from(figures)}`],
    ['exchanges', `${whole(figures.exchanges)}, ${whole(figures.streamed)} streamed`],
    ['outcomes', counts(figures.outcomes)],
    ['dropped', counts(figures.drops)],
    ['span', span(figures)],
    ['models', counts(figures.models)],
    ['paths', counts(figures.paths)],
    ['sessions', whole(figures.sessions)],
    ['prompt', `${whole(figures.promptTokens)} tokens, ${lengths(figures.promptLength)}`],
    ['completion', `${whole(figures.completionTokens)} tokens, ${lengths(figures.completionLength)}`],
    ['TTFT', latencies(figures.ttftMs)],
    ['E2EL', latencies(figures.e2elMs)],
  ];
  const lines = facts.map(([name, value]) => `${name.padEnd(11)} ${safeText(value)}\n`);
  const text = lines.join('') + (figures.e2elMs.p99 === null ? `  ${PERCENTILE_NOTE}\n` : '');
  return figures.runs.length === 0 ? text : `${text}\n${runTable(figures)}`;
}

function from({ upstreams }: TapeFigures): string {
  return upstreams.length === 0 ? '' : ` of ${upstreams.join(', ')}`;
}

function span({ firstArrivalAt, durationMs, requestsPerSec, peakInFlight }: TapeFigures): string {
  if (firstArrivalAt === null) return '–';
  return (
    `${firstArrivalAt}, ${duration(durationMs)}, ${rate(requestsPerSec)} requests/s, ` +
    `at most ${peakInFlight} in flight`
  );
}

function counts(by: Readonly<Record<string, number | undefined>>): string {
  const parts = Object.entries(by)
    .filter(([, n]) => (n ?? 0) > 0)
    .sort(([, a], [, b]) => (b ?? 0) - (a ?? 0))
    .map(([word, n]) => `${word} ${whole(n ?? 0)}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function lengths({ p50, p90, max }: SampleStats): string {
  return `p50 ${whole(p50)}, p90 ${whole(p90)}, max ${whole(max)} a request`;
}

function latencies(stats: SampleStats): string {
  const [p50, p90, p99] = (['p50', 'p90', 'p99'] as const).map((name) => percentileOf(stats, name));
  return `p50 ${p50}, p90 ${p90}, p99 ${p99}, max ${duration(stats.max)}`;
}

function runTable({ runs }: TapeFigures): string {
  return alignTable({
    header: ['run', 'label', 'cell', 'repeat', 'started', 'target', 'valid'],
    left: new Set([1, 2, 4, 5, 6]),
    rows: runs.map((run) => [
      String(run.id),
      safeText(run.label),
      cellName(run.cell),
      String(run.repeat),
      run.startedAt,
      safeText(run.target),
      run.valid ? 'yes' : 'NO',
    ]),
  });
}
