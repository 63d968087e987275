/**
 * What `ab` finds, over real sockets: whole sessions of pairs between two simulated servers whose difference is known,
 * with noise injected that differs from run to run. Prints the table of docs/verdict-simulations.md; twelve minutes.
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
import type { ComparedKey } from '../../src/compare/compared-metrics.ts';
import type { PairedComparison } from '../../src/compare/session/judge-session.ts';
import { createRandom } from '../../src/model/random.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { httpCall } from '../helpers/http-call.ts';
import { type RunningCli, startCli } from '../helpers/run-cli.ts';
import { runTestSession, setSpeed, shortTape } from '../helpers/run-pairs.ts';

/** A token takes 15 ms with both: a pace that a noisy machine keeps. */
const A40 = { timeScale: 4, args: ['--profile', 'a40-14b', '--time-scale', '4'] };
/** Where TTFT is mostly the wait for a step to end, nothing makes it 5 % slower and leaves TPOT as it is. */
const CONSTANT = { timeScale: 1, args: ['--profile', 'constant', '--ttft', '100ms', '--itl', '15ms'] };

interface Scenario {
  readonly title: string;
  readonly server: { readonly timeScale: number; readonly args: readonly string[] };
  readonly sessions: number;
  /** Standard deviation of a run's logarithm, of prefill and decode each on its own; a pair's is √2 times as large. */
  readonly noise: number;
  readonly requests: string;
  /** Times as slow as the baseline. */
  readonly candidate: { readonly prefill: number; readonly decode: number };
  readonly faults: readonly object[];
  /** The metric that should see it. */
  readonly metric: ComparedKey | null;
  readonly primary: string;
}

const EQUAL: Scenario = {
  title: 'equal servers',
  server: A40,
  sessions: 20,
  noise: 0.02,
  requests: '100',
  candidate: { prefill: 1, decode: 1 },
  faults: [],
  metric: null,
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
    server: CONSTANT,
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
    faults: [{ kind: 'slow-start', ms: 500 * A40.timeScale, probability: 0.02 }],
    metric: 'longestStall',
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

interface SimulatedServer {
  readonly url: URL;
  readonly cli: RunningCli;
}

async function simulator({ server }: Scenario): Promise<SimulatedServer> {
  const args = ['simulate', '--listen', '127.0.0.1:0', '--model', 'm', ...server.args];
  const cli = startCli(args, { withinMs: 0 });
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
  const observer = {
    running: (_pair: number, arm: string) => {
      const { prefill, decode } = arm === 'candidate' ? scenario.candidate : EQUAL.candidate;
      // Nobody waits for it: connections are opened first.
      void setSpeed(arm === 'candidate' ? candidate : baseline, {
        prefill: noisy(prefill),
        decode: noisy(decode),
      });
    },
  };
  const { comparison } = await runTestSession(
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
    { observer },
  );
  return kept(name, seed, scenario, comparison);
}

function kept(
  name: string,
  seed: number,
  { metric }: Scenario,
  { verdict, conclusion, cells }: PairedComparison,
): Played {
  const cell = cells[0];
  const seen = metric === null ? undefined : cell?.metrics[metric];
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
    sentence: messagesOf('en').sessionConclusion(conclusion),
  };
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function printTable(all: readonly Played[]): void {
  const rows = Object.entries(SCENARIOS).flatMap(([name, { title, metric }]) => {
    const some = all.filter((one) => one.name === name);
    const judged = some.filter(({ verdict }) => verdict !== 'invalid');
    if (judged.length === 0) return [];
    const ended = (verdict: string): string => String(judged.filter((one) => one.verdict === verdict).length);
    const sd = Math.sqrt(judged.reduce((sum, one) => sum + one.sd ** 2, 0) / judged.length);
    const changes = judged.flatMap(({ change }) => change ?? []).sort((a, b) => a - b);
    const found = judged.filter((one) => one.found).length;
    return [
      [
        title,
        String(judged.length),
        percent(sd),
        metric === null ? '–' : `${found} by \`${metric}\``,
        metric === null ? '–' : percent(changes[Math.floor(changes.length / 2)] ?? 0),
        ...['regression', 'equivalent', 'small', 'inconclusive', 'improvement'].map(ended),
        String(some.length - judged.length),
      ],
    ];
  });
  const header = [
    'truth',
    'sessions',
    'sd of a pair, TPOT',
    'seen',
    'change seen, median',
    'regression',
    'equivalent',
    'small',
    'inconclusive',
    'improvement',
    'invalid, played again',
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const rule = header.map((_, i) => (i === 0 ? '---' : '---:'));
  process.stdout.write([header, rule, ...rows].map(line).join(''));
}

async function play(): Promise<readonly Played[]> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-ab-'));
  try {
    const all: Played[] = [];
    for (const [name, scenario] of Object.entries(SCENARIOS)) {
      if (values.only === undefined || values.only === name)
        all.push(...(await playAll(name, scenario, folder)));
    }
    return all;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function playAll(name: string, scenario: Scenario, folder: string): Promise<readonly Played[]> {
  const servers = [await simulator(scenario), await simulator(scenario)] as const;
  const all: Played[] = [];
  const played: Played[] = [];
  const first = Number(values.from);
  try {
    for (let seed = first; seed < first + Number(values.sessions ?? scenario.sessions); seed++) {
      // What the machine spoiled gives no verdict, and is played again as anybody would: the table counts both.
      for (let tries = 0; tries < 3 && played.at(-1)?.seed !== seed; tries++) {
        const tape = shortTape(join(folder, `${name}-${seed}-${tries}.sqlite`), 24, 4, 12);
        const one = await playOne(name, seed, [servers[0].url, servers[1].url], tape);
        process.stderr.write(
          `${name} ${seed}: ${one.verdict}, ${one.validPairs} valid pairs, ${one.sentence}\n`,
        );
        if (values.log !== undefined) appendFileSync(values.log, `${JSON.stringify(one)}\n`);
        all.push(one);
        if (one.verdict !== 'invalid') played.push(one);
      }
    }
  } finally {
    for (const { cli } of servers) cli.interrupt();
    await Promise.all(servers.map(({ cli }) => cli.ended));
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
