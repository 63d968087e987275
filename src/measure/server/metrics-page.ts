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
  /** The sum over all series of a name (engines, models); null when there is no series. */
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

/** One line of a metrics page. A histogram is its `_bucket`, `_sum` and `_count` lines, each one a separate sample. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** May be NaN or infinite. */
  readonly value: number;
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|(?=\}))/y;
/** The value and, unread, a timestamp or an exemplar behind it. */
const VALUE = /\s*([^\s#]+)(?:\s|$)/y;

/**
 * Reads a page in Prometheus' text format 0.0.4 or OpenMetrics. Comments and lines that cannot be understood are passed
 * over: a page is read for what it offers, never refused.
 */
export function parsePrometheusText(page: string): readonly MetricSample[] {
  return page.split('\n').flatMap((line) => {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) return [];
    const sample = readSample(text);
    return sample === null ? [] : [sample];
  });
}

function readSample(line: string): MetricSample | null {
  const name = match(NAME, line, 0);
  if (name === null) return null;
  let at = name[0].length;
  while (line[at] === ' ' || line[at] === '\t') at += 1;
  let labels: Readonly<Record<string, string>> = {};
  if (line[at] === '{') {
    const read = readLabels(line, at + 1);
    if (read === null) return null;
    ({ labels, at } = read);
  }
  const value = readNumber(match(VALUE, line, at)?.[1]);
  return value === null ? null : { name: name[0], labels, value };
}

/** Labels from behind the opening brace; `at` is then behind the closing one. */
function readLabels(line: string, from: number): { labels: Record<string, string>; at: number } | null {
  const labels: Record<string, string> = Object.create(null);
  let at = from;
  for (;;) {
    const close = match(/\s*\}/y, line, at);
    if (close !== null) return { labels, at: at + close[0].length };
    const label = match(LABEL, line, at);
    const [whole, name, value] = label ?? [];
    if (whole === undefined || name === undefined || value === undefined) return null;
    labels[name] = unescaped(value);
    at += whole.length;
  }
}

function unescaped(value: string): string {
  return value.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

/** JavaScript's numbers, and Go's spellings of NaN and infinity. */
function readNumber(word: string | undefined): number | null {
  if (word === undefined) return null;
  if (/^nan$/i.test(word)) return Number.NaN;
  if (/^[+-]?inf(inity)?$/i.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
  const value = Number(word);
  return Number.isNaN(value) ? null : value;
}

function match(pattern: RegExp, line: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(line);
}
