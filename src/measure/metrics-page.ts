import { type MetricSample, parsePrometheusText } from './prometheus-text.ts';

/** True when two pages are of two processes: a counter went down, or was made at another time. */
export function isRestart(start: MetricsPage, end: MetricsPage): boolean {
  return start.samples.some(({ name, labels, value }) => {
    const later = end.value(name, labels);
    if (later === null) return false;
    if (name === 'process_start_time_seconds' || name.endsWith('_created')) return later !== value;
    return /_(total|count)$/.test(name) && later < value;
  });
}

/** A metrics page by name and series. */
export interface MetricsPage {
  readonly text: string | null;
  readonly samples: readonly MetricSample[];
  has(name: string): boolean;
  /** Over all series of a name: engines and models; null when there is none. */
  sum(name: string): number | null;
  largest(name: string | undefined): number | null;
  byLabel(name: string, label: string): Readonly<Record<string, number>>;
  value(name: string, labels: MetricSample['labels']): number | null;
}

/** @param text a page of `/metrics`; null where there was none */
export function readMetricsPage(text: string | null): MetricsPage {
  const samples = parsePrometheusText(text ?? '');
  const byName = Map.groupBy(samples, ({ name }) => name);
  const values = (name: string): readonly number[] => (byName.get(name) ?? []).map(({ value }) => value);
  const bySeries = new Map(samples.map(({ name, labels, value }) => [seriesKey(name, labels), value]));
  return {
    text,
    samples,
    has: (name) => byName.has(name),
    sum: (name) => (byName.has(name) ? values(name).reduce((total, value) => total + value, 0) : null),
    largest: (name) => (name === undefined ? null : Math.max(...values(name))),
    byLabel(name, label) {
      const sums: Record<string, number> = {};
      for (const { labels, value } of byName.get(name) ?? []) {
        const word = labels[label] ?? '';
        sums[word] = (sums[word] ?? 0) + value;
      }
      return sums;
    },
    value: (name, labels) => bySeries.get(seriesKey(name, labels)) ?? null,
  };
}

function seriesKey(name: string, labels: MetricSample['labels']): string {
  return JSON.stringify([name, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
