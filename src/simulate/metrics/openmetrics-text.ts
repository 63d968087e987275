import type { Family, Labels, Series } from './family.ts';
import { cumulativeCounts } from './histogram.ts';
import { escapeLabel } from './prometheus-text.ts';

/**
 * OpenMetrics 1.0 as the Rust front end writes it: `_total` on the samples alone, the sum before the count, `le` before
 * all other labels, a second full stop behind the help, an end mark. Series appear with their first value.
 */
export function openMetricsText(families: readonly Family[]): string {
  const lines = families.flatMap(({ name, kind, help, rustHelp, series }) => [
    `# HELP ${name} ${rustHelp ?? `${help}.`}`,
    `# TYPE ${name} ${kind}`,
    ...series.flatMap((one) => seriesLines(name, kind, one)),
  ]);
  return [...lines, '# EOF', ''].join('\n');
}

function seriesLines(name: string, kind: Family['kind'], series: Series): string[] {
  const { labels } = series;
  if ('value' in series) {
    const share = name.endsWith('_perc');
    const number = share ? rustFloat(series.value) : String(series.value);
    return [sample(kind === 'counter' ? `${name}_total` : name, labels, number)];
  }
  if ('summary' in series) return [];
  const { histogram } = series;
  return [
    sample(`${name}_sum`, labels, rustFloat(histogram.sum)),
    sample(`${name}_count`, labels, String(histogram.count)),
    ...cumulativeCounts(histogram).map((count, i) => {
      const edge = histogram.edges[i];
      return sample(
        `${name}_bucket`,
        { le: edge === undefined ? '+Inf' : rustFloat(edge), ...labels },
        String(count),
      );
    }),
  ];
}

function sample(name: string, labels: Labels, number: string): string {
  const inner = Object.entries(labels)
    .map(([key, text]) => `${key}="${escapeLabel(text)}"`)
    .join(',');
  return `${name}${inner === '' ? '' : `{${inner}}`} ${number}`;
}

function rustFloat(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
