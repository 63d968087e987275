/**
 * What a command costs before it does anything, how long the demo takes, and what reports on a million results cost
 * (test/bench/report.ts), beside other tools, in one run.
 *
 *   npm run bench:cli                    # six minutes
 *   npm run bench:cli -- [--only starts|demo|results] [--rounds 3] [--starts 10]
 *
 * CPU is the operating system's count of the whole process. Each round starts every command once after the other.
 * Other tools are left out where the environment does not name them: AUTOCANNON=/path/to/autocannon.js, VLLM_RS=/path/to/vllm-rs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openTape } from '../../src/store/tape-reader.ts';
import { runPinned } from '../helpers/pinned.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    starts: { type: 'string', default: '10' },
    only: { type: 'string' },
  },
});
const ROUNDS = Number(values.rounds);
const STARTS = Number(values.starts);
const BUILT = fileURLToPath(new URL('../../bin/reprise.js', import.meta.url));
const ANY_CORE = cpus().length > 1 ? `0-${cpus().length - 1}` : '0';

function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

interface Start {
  readonly name: string;
  readonly command: readonly string[];
  /** How to get it. */
  readonly get?: string;
}

const { AUTOCANNON = '', VLLM_RS = '' } = process.env;
const node = process.execPath;
const startOf = (...args: readonly string[]): readonly string[] => [node, BUILT, ...args];
const TOOLS: readonly Start[] = [
  { name: 'reprise --version', command: startOf('--version') },
  { name: 'reprise --help', command: startOf('--help') },
  { name: 'reprise replay --help', command: startOf('replay', '--help') },
  { name: 'reprise inspect, small tape', command: startOf('inspect', SAMPLE_TAPE) },
  { name: 'node -e 0', command: [node, '-e', '0'] },
  {
    name: 'autocannon --version',
    command: [node, AUTOCANNON, '--version'],
    get: 'npm install --prefix /tmp/ac autocannon, and set AUTOCANNON=/tmp/ac/node_modules/autocannon/autocannon.js',
  },
  {
    name: 'vllm-rs --version',
    command: [VLLM_RS, '--version'],
    get: 'pip install vllm, and set VLLM_RS to its program',
  },
];

async function starts(): Promise<void> {
  const isThere = ({ command: [program = '', script = ''] }: Start): boolean =>
    [program, ...(script.startsWith('-') ? [] : [script])].every(existsSync);
  const tools = TOOLS.filter(isThere);
  for (const { name, get } of TOOLS.filter((tool) => !isThere(tool)))
    process.stderr.write(`${name} is left out: ${get}\n`);
  const seen = new Map(tools.map((tool) => [tool, { wallMs: [] as number[], cpuMs: [] as number[] }]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [{ command }, { wallMs, cpuMs }] of seen) {
      const walls: number[] = [];
      let cpuSeconds = 0;
      for (let i = 0; i < STARTS; i++) {
        const began = performance.now();
        cpuSeconds += (await runPinned(ANY_CORE, command)).cpuSeconds;
        walls.push(performance.now() - began);
      }
      // The first round fills the cache of compiled code.
      if (round === 0) continue;
      wallMs.push(median(walls));
      cpuMs.push((cpuSeconds * 1e3) / STARTS);
    }
  }
  print(`\nstarts, medians of ${ROUNDS} rounds of ${STARTS}     wall, ms    CPU, ms`);
  for (const [{ name }, { wallMs, cpuMs }] of seen)
    print(
      `${name.padEnd(34)} ${median(wallMs).toFixed(0).padStart(10)} ${median(cpuMs).toFixed(0).padStart(10)}`,
    );
}

async function demo(): Promise<void> {
  print('\ndemo          seconds   runs   valid   verdict');
  const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'));
  for (let round = 1; round <= ROUNDS; round++) {
    const path = join(folder, `demo-${round}.sqlite`);
    const began = performance.now();
    const { stdout, stderr, code } = await runPinned(ANY_CORE, startOf('demo', '--out', path));
    const seconds = (performance.now() - began) / 1e3;
    if (code !== 0) throw new Error(stderr);
    const tape = openTape(path);
    const runs = tape.runs();
    tape.close();
    const valid = runs.filter(({ end }) => end?.invalidReasons.length === 0).length;
    const verdict = /^(?:after is|No verdict|No difference)[^,.:]*/m.exec(stdout)?.[0] ?? '–';
    print(
      `round ${round} ${seconds.toFixed(1).padStart(13)} ${String(runs.length).padStart(6)} ${String(valid).padStart(7)}   ${verdict}`,
    );
  }
  rmSync(folder, { recursive: true });
}

print(
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(1)} before it began`,
);
const wants = (part: string): boolean => values.only === undefined || values.only === part;
if (wants('starts')) await starts();
if (wants('demo')) await demo();
if (wants('results')) {
  const script = fileURLToPath(new URL('./report.ts', import.meta.url));
  process.exitCode = spawnSync(node, [script, '--rounds', values.rounds], { stdio: 'inherit' }).status ?? 1;
}
