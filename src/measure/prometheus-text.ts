/** One line of a metrics page. A histogram is its `_bucket`, `_sum` and `_count` lines, each a sample of its own. */
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

/** Go's words for what is no number beside JavaScript's numbers. */
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
