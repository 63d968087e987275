import type { IncomingHttpHeaders } from 'node:http';
import { createRandom } from '../../model/random.ts';

/** What can go wrong on demand. */
export const FAULT_KINDS = [
  'error',
  'overload',
  'refuse',
  'error-event',
  'cut',
  'stall',
  'slow-start',
  'malformed',
  'split-utf8',
  'no-done',
  'drip',
  'content-type',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** One thing that goes wrong, and for whom. */
export interface Fault {
  readonly kind: FaultKind;
  /** Share of the requests that it meets, 0 to 1. */
  readonly probability: number;
  /** Output tokens that come before it: of `cut`, `stall`, `error-event` and `malformed`. */
  readonly after: number;
  /** Milliseconds of model time: of `stall` and `slow-start`, between two bytes of `drip`, and for which `refuse` lasts. */
  readonly ms: number;
  /** HTTP status of `error`. */
  readonly status: number;
  /** Requests in the server from which on `overload` refuses. */
  readonly over: number;
  /** Only requests with this header are met; null meets all. */
  readonly header: { readonly name: string; readonly value: string } | null;
}

/** The delay that fits each kind, ms. */
const DEFAULT_MS: Partial<Record<FaultKind, number>> = {
  stall: 5_000,
  'slow-start': 500,
  drip: 1,
  refuse: 1_000,
};

const NUMBERS = {
  probability: [0, 1],
  after: [0, 1e9],
  ms: [0, 1e9],
  status: [400, 599],
  over: [0, 1e9],
} as const;

type NumberName = keyof typeof NUMBERS;

/**
 * Reads `KIND,name=value,…`: `cut,probability=0.1,after=20` or `stall,ms=2000,header=x-test:yes`.
 * @returns the fault, or a sentence that says what is wrong with the word
 */
export function parseFault(word: string): Fault | string {
  const [kind = '', ...settings] = word.split(',');
  const fields: Record<string, unknown> = { kind: kind.trim() };
  for (const setting of settings) {
    const at = setting.indexOf('=');
    if (at === -1) return `the fault ${word} has "${setting}" where NAME=VALUE is expected`;
    const [name, value] = [setting.slice(0, at).trim(), setting.slice(at + 1).trim()];
    // What is no number stays as it was written, for the sentence that says so.
    fields[name] = name in NUMBERS && value !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
  }
  return readFault(fields, word);
}

/**
 * Reads a fault from JSON: `{"kind":"cut","after":20}`, or a word as `parseFault` takes it.
 * @returns the fault, or a sentence that says what is wrong
 */
export function faultFromJson(value: unknown): Fault | string {
  if (typeof value === 'string') return parseFault(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `a fault is an object like {"kind":"cut","after":20}, not ${JSON.stringify(value)}`;
  }
  return readFault(value as Readonly<Record<string, unknown>>, JSON.stringify(value));
}

function readFault(fields: Readonly<Record<string, unknown>>, word: string): Fault | string {
  const kind = FAULT_KINDS.find((known) => known === fields.kind);
  if (kind === undefined) return `the fault ${word} must begin with one of ${FAULT_KINDS.join(', ')}`;
  const numbers = { probability: 1, after: 0, ms: DEFAULT_MS[kind] ?? 0, status: 500, over: 0 };
  let header: Fault['header'] = null;
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'kind') continue;
    if (name === 'header') {
      const match = /^([^:\s]+):\s*(.*)$/.exec(String(value));
      if (match === null) return `the fault ${word} has header=${value} where header=NAME:VALUE is expected`;
      header = { name: (match[1] ?? '').toLowerCase(), value: match[2] ?? '' };
      continue;
    }
    const bounds = NUMBERS[name as NumberName];
    if (bounds === undefined) {
      return `the fault ${word} has "${name}", which is none of ${Object.keys(NUMBERS).join(', ')}, header`;
    }
    const number = typeof value === 'number' ? value : Number.NaN;
    if (!(number >= bounds[0] && number <= bounds[1])) {
      return `the fault ${word} has ${name}=${value}, which is no number from ${bounds[0]} to ${bounds[1]}`;
    }
    numbers[name as NumberName] = number;
  }
  return { kind, ...numbers, header };
}

/** The header with which a client picks a fault for its own request; the value is a word as `--fault` takes it. */
const FAULT_HEADER = 'x-reprise-fault';

/**
 * The faults in force; changed at run time.
 * @param seed of the chance with which faults meet requests
 */
export function createFaultList(initial: readonly Fault[], seed: number) {
  const random = createRandom(seed);
  let entries = initial.map((fault) => ({ fault, met: 0 }));

  return {
    /** The first fault that meets a request, null when none does. */
    choose(headers: IncomingHttpHeaders): Fault | null {
      const asked = headers[FAULT_HEADER];
      if (typeof asked === 'string') {
        const fault = parseFault(asked);
        // A word that means nothing is no reason to fail a request: it is answered as if it were not there.
        if (typeof fault !== 'string') return fault;
      }
      for (const entry of entries) {
        const { header, probability } = entry.fault;
        if (header !== null && headers[header.name] !== header.value) continue;
        if (random.uniform(0, 1) >= probability) continue;
        entry.met += 1;
        return entry.fault;
      }
      return null;
    },
    /**
     * Takes a JSON list in place of what was in force.
     * @returns null, or a sentence that says what is wrong with it; then nothing changes
     */
    replace(json: unknown): string | null {
      if (!Array.isArray(json)) return 'faults are given as a JSON list';
      const faults = json.map(faultFromJson);
      const wrong = faults.find((fault) => typeof fault === 'string');
      if (wrong !== undefined) return wrong;
      entries = (faults as Fault[]).map((fault) => ({ fault, met: 0 }));
      return null;
    },
    clear(): void {
      entries = [];
    },
    /** What is in force, each with how many requests it met. */
    all: (): readonly (Fault & { readonly met: number })[] =>
      entries.map(({ fault, met }) => ({ ...fault, met })),
  };
}

export type FaultList = ReturnType<typeof createFaultList>;
