import type { HistogramBucket, Traffic } from '../measure/traffic.ts';
import type { BarChart, Block } from './block.ts';
import type { Messages } from './messages/messages.ts';

/** Bars of a chart over time in a terminal. */
const MOST_BARS = 60;

/** Arrivals, concurrency and what went wrong over the recording, drawn with characters. */
export function barsOverTime(
  { bins, binMs }: Traffic,
  { traffic: w, quantities: q }: Messages,
): readonly Block[] {
  const step = Math.max(1, Math.ceil(bins.length / MOST_BARS));
  const groups = Array.from({ length: Math.ceil(bins.length / step) }, (_, i) =>
    bins.slice(i * step, (i + 1) * step),
  );
  const chart = (title: string, of: (bin: Traffic['bins'][number]) => number): Block => ({
    kind: 'bars',
    chart: {
      title,
      direction: 'up',
      bars: groups.map((group, i) => {
        const amount = group.reduce((sum, bin) => sum + of(bin), 0) / group.length;
        return { name: q.given(i * step * binMs), amount, label: w.most(q.rate(amount)) };
      }),
    },
  });
  const bad = bins.some(({ errors, aborts }) => errors + aborts > 0);
  return [
    chart(w.arrivals, ({ arrivalsPerSec }) => arrivalsPerSec),
    chart(w.inFlight, ({ inFlight }) => inFlight),
    ...(bad ? [chart(w.errorsAndAborts, ({ errors, aborts }) => errors + aborts)] : []),
  ];
}

/** Lengths of prompts, answers and conversations, drawn with characters. */
export function lengthBars(
  { promptLengths, completionLengths, turns }: Traffic,
  { traffic: w, quantities: q }: Messages,
): readonly Block[] {
  const chart = (title: string, buckets: readonly HistogramBucket[]): BarChart => ({
    title,
    direction: 'right',
    bars: buckets.map((bucket) => ({
      name: bucketName(bucket, q.whole),
      amount: bucket.count,
      label: q.whole(bucket.count),
    })),
  });
  return [
    chart(w.promptLength, promptLengths),
    chart(w.completionLength, completionLengths),
    chart(w.turns, turns),
  ].map((bars): Block => ({ kind: 'bars', chart: bars }));
}

/** `51–100`, or the number alone. */
export function bucketName({ from, to }: HistogramBucket, whole: (n: number) => string): string {
  return from === to ? whole(to) : `${whole(from)}–${whole(to)}`;
}
