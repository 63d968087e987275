import { readFileSync } from 'node:fs';
import type { LiveSample } from '../../src/model/completion.ts';

/** A recorded or replayed answer that ended well. */
export const OK_ANSWER: LiveSample = {
  status: 200,
  outcome: 'ok',
  ttftUs: 30_000,
  e2elUs: 700_000,
  promptTokens: 10,
  completionTokens: 5,
  bytes: 900,
};

/** One line of values. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface MetricsFamily {
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

/** Reads Prometheus' text format, strictly: what is not well formed is an error. */
export function parseMetrics(page: string): ReadonlyMap<string, MetricsFamily> {
  const families = new Map<string, { help: string; type: string; samples: Sample[] }>();
  let current: { help: string; type: string; samples: Sample[] } | undefined;
  for (const line of page.replace(/\n$/, '').split('\n')) {
    if (line === '# EOF') continue;
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
    if (word === 'HELP') {
      if (families.has(name)) throw new Error(`${name} twice`);
      current = { help: rest, type: '', samples: [] };
      families.set(name, current);
    } else if (word === 'TYPE' && current !== undefined) current.type = rest;
    else current?.samples.push(parseSample(line));
  }
  return families;
}

function parseSample(line: string): Sample {
  const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
  if (match === null) throw new Error(`not a sample: ${line}`);
  const [, name = '', inner = '', number = ''] = match;
  const labels = [...inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)];
  if (labels.map(([whole]) => whole).join('') !== inner) throw new Error(`not labels: ${inner}`);
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number);
  if (Number.isNaN(value)) throw new Error(`not a number: ${line}`);
  return { name, labels: Object.fromEntries(labels.map(([, key, text]) => [key, text])), value };
}

/** The value of the one sample with this name and these labels among its own. */
export function sampleValue(
  page: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const samples = [...parseMetrics(page).values()].flatMap((family) => family.samples);
  const found = samples.filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([key, text]) => sample.labels[key] === text),
  );
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`${found.length} samples of ${name} with ${JSON.stringify(labels)}`);
  return found[0].value;
}

/** `/metrics` of a real vLLM 0.32 after two long equal requests, one with `n` 2 (Python only), a stop and an abort. */
export function realMetrics(frontEnd: 'python' | 'rust'): string {
  const folder = frontEnd === 'rust' ? 'vllm-0.32.0-rust' : 'vllm-0.32.0';
  return readFileSync(new URL(`../fixtures/${folder}/metrics-after-requests.txt`, import.meta.url), 'utf8');
}
