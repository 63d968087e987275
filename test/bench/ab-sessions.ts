/**
 * What `ab` finds, over real sockets: whole sessions of pairs between two simulated servers whose difference is known,
 * with noise injected that differs from run to run. Prints the table of docs/compare.md; twelve minutes.
 *
 *   npm run bench:ab -- [--only equal|decode|first-token|stalls] [--sessions N] [--from SEED] [--log FILE] [--table FILE]
 *
 * Slices can be put together: each session is appended to the log as a line of JSON, and --table prints a log's table
 * without playing anything.
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { PairedComparison } from '../../src/compare/session/paired-comparison.ts';
import { createRandom } from '../../src/model/random.ts';
import { httpCall } from '../helpers/http-call.ts';
import { playSession, setSpeed, shortTape } from '../helpers/pair-play.ts';
import { type RunningCli, startCli } from '../helpers/run-cli.ts';

/** Model time at this pace, so that a token takes 15 ms and a noisy machine some of its patience. */
const TIME_SCALE = 0.5;

interface Scenario {
  readonly title: string;
  readonly sessions: number;
  /** Standard deviation of a run's logarithm, of prefill and decode each on its own; a pair's is √2 times as large. */
  readonly noise: number;
  readonly requests: string;
  /** Times as slow as the baseline. */
  readonly candidate: { readonly prefill: number; readonly decode: number };
  readonly faults: readonly object[];
  /** The metric that should see it. */
  readonly metric: string;
  readonly primary: string;
}

const EQUAL: Scenario = {
  title: 'equal servers',
  sessions: 20,
  noise: 0.02,
  requests: '100',
  candidate: { prefill: 1, decode: 1 },
  faults: [],
  metric: '',
  primary: 'tpot',
};

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  equal: EQUAL,
  decode: {
    ...EQUAL,
    title: 'decode 5 % slower',
    sessions: 10,
    noise: 0.01,
    candidate: { prefill: 1, decode: 1.05 },
    metric: 'tpot',
  },
  'first-token': {
    ...EQUAL,
    title: 'first token 5 % slower',
    sessions: 10,
    noise: 0.01,
    candidate: { prefill: 1.05, decode: 1 },
    metric: 'ttft',
    primary: 'ttft',
  },
  stalls: {
    ...EQUAL,
    title: '2 % of requests delayed by 500 ms',
    sessions: 10,
    noise: 0.01,
    requests: '200',
    faults: [{ kind: 'slow-start', ms: 500 * TIME_SCALE, probability: 0.02 }],
    metric: 'waitTail',
  },
};

/** What is kept of a session. */
interface Played {
  readonly name: string;
  readonly seed: number;
  readonly verdict: string;
  /** Of the metric that should see the change, and of all gating ones. */
  readonly found: boolean;
  readonly change: number | null;
  /** Standard deviation of a pair, of TPOT. */
  readonly sd: number;
  readonly validPairs: number;
  readonly sentence: string;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    sessions: { type: 'string' },
    from: { type: 'string', default: '1' },
    log: { type: 'string' },
    table: { type: 'string' },
  },
});

async function simulator(): Promise<{ readonly url: URL; readonly cli: RunningCli }> {
  const args = [
    '--listen',
    '127.0.0.1:0',
    '--profile',
    'h100-8b',
    '--model',
    'm',
    '--time-scale',
    String(TIME_SCALE),
  ];
  const cli = startCli(['simulate', ...args], { withinMs: 0 });
  return { url: new URL(await cli.says(/(http:\/\/[\d.:]+)/)), cli };
}

async function playOne(
  name: string,
  seed: number,
  servers: readonly [URL, URL],
  tape: string,
): Promise<Played> {
  const scenario = SCENARIOS[name] ?? EQUAL;
  const [baseline, candidate] = servers;
  const random = createRandom(seed * 7919 + name.length);
  const noisy = (factor: number): number => factor * Math.exp(random.gaussian(0, scenario.noise));
  await httpCall(new URL('/_faults', candidate), scenario.faults);
  const watch = {
    running: (_pair: number, arm: string) => {
      const { prefill, decode } = arm === 'candidate' ? scenario.candidate : EQUAL.candidate;
      // Nobody waits for it: connections are opened first.
      void setSpeed(arm === 'candidate' ? candidate : baseline, {
        prefill: noisy(prefill),
        decode: noisy(decode),
      });
    },
  };
  const { comparison } = await playSession(
    tape,
    {
      baseline: baseline.href,
      candidate: candidate.href,
      threads: '4',
      connections: '20',
      requests: scenario.requests,
      warmup: '20',
      pairs: '6',
      cache: 'salt',
      primary: scenario.primary,
      seed: String(seed),
    },
    { watch },
  );
  return kept(name, seed, scenario, comparison);
}

function kept(
  name: string,
  seed: number,
  { metric }: Scenario,
  { verdict, sentence, cells }: PairedComparison,
): Played {
  const cell = cells[0];
  const seen = cell?.metrics[metric];
  const pairs = (cell?.metrics.tpot?.pairs ?? []).map(Math.log);
  const mean = pairs.reduce((sum, d) => sum + d, 0) / pairs.length;
  const sd = Math.sqrt(pairs.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (pairs.length - 1));
  return {
    name,
    seed,
    verdict,
    found: seen?.verdict === 'regression',
    change: seen === undefined ? null : seen.ratio - 1,
    sd,
    validPairs: cell?.before.valid ?? 0,
    sentence,
  };
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function printTable(played: readonly Played[]): void {
  const rows = Object.entries(SCENARIOS).flatMap(([name, { title, metric }]) => {
    const some = played.filter((one) => one.name === name);
    if (some.length === 0) return [];
    const ended = (verdict: string): string => String(some.filter((one) => one.verdict === verdict).length);
    const sd = Math.sqrt(some.reduce((sum, one) => sum + one.sd ** 2, 0) / some.length);
    const changes = some.flatMap(({ change }) => change ?? []).sort((a, b) => a - b);
    const found =
      metric === '' ? '–' : `${some.filter((one) => one.found).length} of ${some.length} by ${metric}`;
    const middle = changes[Math.floor(changes.length / 2)];
    return [
      [
        title,
        percent(sd),
        found,
        middle === undefined || metric === '' ? '–' : `${percent(middle)}`,
        ...['regression', 'equivalent', 'inconclusive', 'small', 'improvement', 'invalid'].map(ended),
      ],
    ];
  });
  const header = [
    'truth',
    'sd of a pair (TPOT)',
    'called a regression',
    'change seen (median)',
    'regression',
    'equivalent',
    'inconclusive',
    'small',
    'improvement',
    'invalid',
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  process.stdout.write(
    [header, header.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map(line).join(''),
  );
}

async function play(): Promise<readonly Played[]> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-ab-'));
  const [a, b] = [await simulator(), await simulator()];
  const all: Played[] = [];
  try {
    for (const [name, { sessions }] of Object.entries(SCENARIOS)) {
      if (values.only !== undefined && values.only !== name) continue;
      const first = Number(values.from);
      for (let seed = first; seed < first + Number(values.sessions ?? sessions); seed++) {
        const tape = shortTape(join(folder, `${name}-${seed}.sqlite`), 24, 60, 8);
        const one = await playOne(name, seed, [a.url, b.url], tape);
        all.push(one);
        process.stderr.write(
          `${name} ${seed}: ${one.verdict}, ${one.validPairs} valid pairs, ${one.sentence}\n`,
        );
        if (values.log !== undefined) appendFileSync(values.log, `${JSON.stringify(one)}\n`);
      }
    }
  } finally {
    for (const { cli } of [a, b]) cli.interrupt();
    await Promise.all([a, b].map(({ cli }) => cli.ended));
    rmSync(folder, { recursive: true });
  }
  return all;
}

printTable(
  values.table === undefined
    ? await play()
    : readFileSync(values.table, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Played),
);
