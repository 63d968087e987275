import type { Family, Labels, Series } from './family.ts';
import { cumulativeCounts } from './histogram.ts';

/**
 * Prometheus' text format as Python's `prometheus_client` writes it: labels in alphabetical order, numbers as Python's
 * floats, a `_created` gauge for each counter, histogram and summary.
 * @param createdSec when the server started, seconds since 1970
 */
export function prometheusText(families: readonly Family[], createdSec: number): string {
  const lines = families.flatMap((family) => familyLines(family, createdSec));
  return lines.map((line) => `${line}\n`).join('');
}

function familyLines({ name, kind, help, withoutCreated, series }: Family, createdSec: number): string[] {
  const full = kind === 'counter' ? `${name}_total` : name;
  const lines = [`# HELP ${full} ${help}`, `# TYPE ${full} ${kind}`];
  for (const one of series) lines.push(...seriesLines(full, one));
  if (kind === 'gauge' || withoutCreated === true) return lines;
  lines.push(`# HELP ${name}_created ${help}`, `# TYPE ${name}_created gauge`);
  for (const { labels } of series) lines.push(sample(`${name}_created`, labels, createdSec));
  return lines;
}

function seriesLines(name: string, series: Series): string[] {
  const { labels } = series;
  if ('value' in series) return [sample(name, labels, series.value)];
  if ('summary' in series) {
    return [
      sample(`${name}_count`, labels, series.summary.count),
      sample(`${name}_sum`, labels, series.summary.sum),
    ];
  }
  const { histogram } = series;
  const buckets = cumulativeCounts(histogram).map((count, i) =>
    sample(`${name}_bucket`, { ...labels, le: pythonFloat(histogram.edges[i] ?? Infinity) }, count),
  );
  return [
    ...buckets,
    sample(`${name}_count`, labels, histogram.count),
    sample(`${name}_sum`, labels, histogram.sum),
  ];
}

function sample(name: string, labels: Labels, value: number): string {
  const inner = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, text]) => `${key}="${escapeLabel(text)}"`)
    .join(',');
  return `${name}${inner === '' ? '' : `{${inner}}`} ${pythonFloat(value)}`;
}

/** A label's value with what would end it made harmless, as both text formats ask for. */
export function escapeLabel(text: string): string {
  return text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
}

/** As `prometheus_client` writes a float: Python's `repr`, with an exponent from a million on, a zero always before it. */
export function pythonFloat(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value >= 1e6) {
    const [mantissa = '', exponent = ''] = value.toExponential().split('e+');
    return `${mantissa}e+0${exponent}`;
  }
  if (value !== 0 && Math.abs(value) < 1e-4) {
    return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
