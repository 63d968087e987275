import type { SampleStats } from '../../measure/sample.ts';
import type { HistogramBucket } from '../../measure/traffic.ts';
import type { Messages } from '../messages/messages.ts';
import { axisOf, type Chart, type Layer, type Plot } from '../plot/chart.ts';
import type { TrafficReport } from '../runs-report.ts';

/** How long prompts, answers and conversations are. */
export function lengthFigures(
  { figures, traffic }: Pick<TrafficReport, 'figures' | 'traffic'>,
  w: Messages['traffic'],
) {
  return [
    { what: w.promptLength, buckets: traffic.promptLengths, stats: figures.promptLength },
    { what: w.completionLength, buckets: traffic.completionLengths, stats: figures.completionLength },
    { what: w.turns, buckets: traffic.turns, stats: null },
  ];
}

/** The same as drawings; null where no length is known. */
export function lengthsPlot(report: TrafficReport, messages: Messages): Plot | null {
  const { traffic: w, quantities: q } = messages;
  const all = lengthFigures(report, w).filter(({ buckets }) => buckets.length > 0);
  if (all.length === 0) return null;
  const { promptLength, completionLength } = report.figures;
  return {
    id: 'lengths',
    wide: true,
    title: w.plotLengths,
    lead: w.plotLengthsLead,
    definition: w.plotLengthsDefinition(q.whole(promptLength.count), q.whole(completionLength.count)),
    drawings: all.map(({ what, buckets, stats }) => histogram(what, buckets, stats, messages)),
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
  stats: SampleStats | null,
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
        series: 11,
        width: 0.94,
        tip: w.tip('{0}', w.requests, '{1}'),
        points: buckets.map((bucket, i) => ({
          x: i + 1.03,
          y: bucket.count,
          words: [bucketName(bucket, q.whole), q.whole(bucket.count)],
        })),
      },
      ...marksOf(buckets, stats),
    ],
  };
}

/** Where the median and the ninth tenth are; one word where they are in the same place. */
function marksOf(buckets: readonly HistogramBucket[], stats: SampleStats | null): readonly Layer[] {
  const marks = (['p50', 'p90'] as const).flatMap((name) => {
    const value = stats?.[name] ?? null;
    const i = buckets.findIndex(({ to }) => value !== null && value <= to);
    const bucket = buckets[i];
    if (value === null || bucket === undefined) return [];
    const share = (value - bucket.from + 0.5) / (bucket.to - bucket.from + 1);
    return [{ name, at: i + 1 + share }];
  });
  const [p50, p90] = marks;
  if (p50 === undefined || p90 === undefined) return [];
  // Of the drawing's width, what two words take.
  const near = p90.at - p50.at < buckets.length / 5;
  return marks.map(({ name, at }, i) => ({
    kind: 'rule',
    at,
    label: near ? (i === 0 ? 'p50, p90' : '') : name,
  }));
}

/** The number between two buckets: mark 1 is before the first, mark 2 behind it. */
function edge(buckets: readonly HistogramBucket[], mark: number): number {
  return mark === 1 ? Math.max(0, (buckets[0]?.from ?? 0) - 1) : (buckets[mark - 2]?.to ?? 0);
}

/** `51–100`, or the number alone. */
export function bucketName({ from, to }: HistogramBucket, whole: (n: number) => string): string {
  return from === to ? whole(to) : `${whole(from)}–${whole(to)}`;
}
