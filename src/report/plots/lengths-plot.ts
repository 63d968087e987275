import type { HistogramBucket, Traffic } from '../../measure/traffic.ts';
import type { Messages } from '../messages/messages.ts';
import { axisOf, type Chart, type Plot } from '../plot/chart.ts';
import type { TrafficReport } from '../runs-report.ts';

/** How long prompts, answers and conversations are. */
export function lengthFigures(traffic: Traffic, w: Messages['traffic']) {
  return [
    { what: w.promptLength, buckets: traffic.promptLengths, series: 0 },
    { what: w.completionLength, buckets: traffic.completionLengths, series: 2 },
    { what: w.turns, buckets: traffic.turns, series: 3 },
  ];
}

/** The same as drawings; null where no length is known. */
export function lengthsPlot({ figures, traffic }: TrafficReport, messages: Messages): Plot | null {
  const { traffic: w, quantities: q } = messages;
  const all = lengthFigures(traffic, w).filter(({ buckets }) => buckets.length > 0);
  if (all.length === 0) return null;
  const { promptLength, completionLength } = figures;
  return {
    id: 'lengths',
    title: w.plotLengths,
    lead: w.plotLengthsLead,
    definition: w.plotLengthsDefinition(q.whole(promptLength.count), q.whole(completionLength.count)),
    drawings: all.map(({ what, buckets, series }) => histogram(what, buckets, series, messages)),
    table: {
      header: [w.plotLengths, w.requests],
      rows: all.flatMap(({ what, buckets }) =>
        buckets.map((bucket) => [`${what}: ${bucketName(bucket, q.whole)}`, q.whole(bucket.count)]),
      ),
    },
  };
}

function histogram(
  what: string,
  buckets: readonly HistogramBucket[],
  series: number,
  { traffic: w, quantities: q }: Messages,
): Chart {
  return {
    kind: 'chart',
    description: w.description(what, buckets.length),
    height: 230,
    x: {
      label: what,
      kind: 'linear',
      domain: [1, buckets.length + 1],
      format: (i) => (Number.isInteger(i) ? q.whole(edge(buckets, i)) : ''),
    },
    y: axisOf(
      w.requests,
      buckets.map(({ count }) => count),
      q.whole,
    ),
    layers: [
      {
        kind: 'bars',
        series,
        width: 0.94,
        tip: w.tip('{0}', w.requests, '{1}'),
        points: buckets.map((bucket, i) => ({
          x: i + 1.03,
          y: bucket.count,
          words: [bucketName(bucket, q.whole), q.whole(bucket.count)],
        })),
      },
    ],
  };
}

/** The number between two buckets: mark 1 stands before the first, mark 2 behind it. */
function edge(buckets: readonly HistogramBucket[], mark: number): number {
  return mark === 1 ? Math.max(0, (buckets[0]?.from ?? 0) - 1) : (buckets[mark - 2]?.to ?? 0);
}

/** `51–100`, or the number alone. */
export function bucketName({ from, to }: HistogramBucket, whole: (n: number) => string): string {
  return from === to ? whole(to) : `${whole(from)}–${whole(to)}`;
}
