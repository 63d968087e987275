/**
 * `reprise wrk` beside Debian's wrk on the four cells of the reference case, each in one command: the same simulated server,
 * started anew with the same seed for each, the same script, sixty seconds as the page has it. Takes eight and a half
 * minutes. (Five times as fast, twelve seconds a cell, the machine's own hiccups are 3 % of a maximum, also between two runs
 * of wrk.)
 *
 *   node test/bench/wrk.ts [--duration 60s] [--time-scale 1] [--runs 1] [--cells 10x20,100x200]
 *   node test/bench/wrk.ts --lua      what a request costs in Lua, script by script (20 s)
 *
 * Exit code 1 when requests differ by more than 1 %, or average or maximum latency by more than 2 %.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startScript } from '../../src/formats/wrk/script-thread.ts';
import { A40_BENCHMARK } from '../helpers/a40-benchmark.ts';
import { runPinned } from '../helpers/pinned.ts';
import { REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';
import { runCli, startCli } from '../helpers/run-cli.ts';

const { values } = parseArgs({
  options: {
    duration: { type: 'string', default: '60s' },
    'time-scale': { type: 'string', default: '1' },
    runs: { type: 'string', default: '1' },
    cells: { type: 'string', default: '' },
    lua: { type: 'boolean', default: false },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'reprise-wrk-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const script = join(folder, 'post.lua');
writeFileSync(
  script,
  `wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\nwrk.body = [[${JSON.stringify(REFERENCE_REQUEST)}]]\n`,
);

/** The server in its first second, for whoever comes. */
async function withServer<T>(use: (url: string) => Promise<T>): Promise<T> {
  const args = ['simulate', '--listen', '127.0.0.1:0', '--time-scale', values['time-scale'], '--seed', '1'];
  const server = startCli(args, { withinMs: 0 });
  try {
    return await use(await server.says(/listens on (\S+)/));
  } finally {
    server.interrupt();
    await server.ended;
  }
}

let tapes = 0;

interface Block {
  readonly text: string;
  readonly requests: number;
  readonly averageMs: number;
  readonly maxMs: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { us: 1e-3, ms: 1, s: 1e3, m: 6e4 };

/** The figures of wrk's block, whoever printed it. */
function readBlock(text: string): Block {
  const ms = (word = ''): number =>
    Number.parseFloat(word) * (UNIT_MS[word.replace(/[\d.]+/, '')] ?? Number.NaN);
  const [, average, max] = /Latency\s+(\S+)\s+\S+\s+(\S+)/.exec(text) ?? [];
  return {
    text,
    requests: Number(/(\d+) requests in/.exec(text)?.[1]),
    averageMs: ms(average),
    maxMs: ms(max),
  };
}

function optionsOf(threads: number, connections: number): readonly string[] {
  const time = ['-d', values.duration, '--timeout', '30s', '--latency'];
  return [`-t${threads}`, `-c${connections}`, ...time, '-s', script];
}

async function byWrk(threads: number, connections: number): Promise<Block> {
  return withServer(async (url) => {
    const { stdout } = await runPinned(1, [
      'wrk',
      ...optionsOf(threads, connections),
      `${url}/v1/chat/completions`,
    ]);
    return readBlock(stdout);
  });
}

async function byReprise(threads: number, connections: number): Promise<Block> {
  const out = ['-o', join(folder, `${++tapes}.sqlite`)];
  return withServer(async (url) => {
    const command = ['wrk', ...optionsOf(threads, connections), ...out, `${url}/v1/chat/completions`];
    const { code, stdout, stderr } = await runCli(command, { withinMs: 0 });
    if (code !== 0) throw new Error(stderr);
    const block = readBlock(stdout.split('\n\n', 1)[0] ?? '');
    // Nothing was answered: the server, or the machine, is at fault, and the findings say what.
    if (block.requests === 0) throw new Error(stdout + stderr);
    return block;
  });
}

if (values.lua) {
  await measureLua();
  process.exit();
}
if (spawnSync('wrk', ['-v']).error !== undefined) {
  process.stderr.write('wrk is not installed: apt-get install wrk\n');
  process.exit(1);
}
process.stdout.write('              requests            average, ms          max, ms\n');
process.stdout.write('cell          wrk   reprise       wrk   reprise       wrk   reprise\n');
/** Figure by figure the median of some runs; the text of the last. */
async function median(
  run: (threads: number, connections: number) => Promise<Block>,
  threads: number,
  connections: number,
): Promise<Block> {
  const blocks: Block[] = [];
  for (let i = 0; i < Number(values.runs); i++) blocks.push(await run(threads, connections));
  const of = (name: 'requests' | 'averageMs' | 'maxMs'): number =>
    blocks.map((block) => block[name]).toSorted((a, b) => a - b)[blocks.length >> 1] ?? Number.NaN;
  return {
    text: blocks.at(-1)?.text ?? '',
    requests: of('requests'),
    averageMs: of('averageMs'),
    maxMs: of('maxMs'),
  };
}

let missed = false;
const asked = values.cells === '' ? null : values.cells.split(',');
for (const { threads, connections } of A40_BENCHMARK) {
  if (asked?.includes(`${threads}x${connections}`) === false) continue;
  const [wrk, ours] = [
    await median(byWrk, threads, connections),
    await median(byReprise, threads, connections),
  ];
  const off = (of: 'requests' | 'averageMs' | 'maxMs'): number => Math.abs(ours[of] / wrk[of] - 1);
  missed ||= off('requests') > 0.01 || off('averageMs') > 0.02 || off('maxMs') > 0.02;
  const pair = (of: 'requests' | 'averageMs' | 'maxMs', digits: number): string =>
    `${wrk[of].toFixed(digits).padStart(10)}${ours[of].toFixed(digits).padStart(10)}`;
  process.stdout.write(
    `${`${threads}x${connections}`.padEnd(8)}${pair('requests', 0)}${pair('averageMs', 2)}${pair('maxMs', 2)}\n`,
  );
  if (asked !== null || (threads === 100 && connections === 200))
    process.stdout.write(`\n${wrk.text}\n${ours.text}`);
}
process.exit(missed ? 1 : 0);

/** The time of one call within Lua, made in a row, and of one from another thread and back. */
async function measureLua(): Promise<void> {
  const fixtures = fileURLToPath(new URL('../fixtures/wrk/', import.meta.url));
  process.stdout.write('script               in a row, us   asked for, us p50   p99\n');
  for (const name of readdirSync(fixtures).filter((file) => file.endsWith('.lua'))) {
    const file = join(fixtures, name);
    const lua = startScript(name, {
      printed: () => undefined,
      exited: () => undefined,
      wrote: () => undefined,
    });
    await lua.open({
      script: { file, source: readFileSync(file) },
      url: { text: 'http://h/p', scheme: 'http', host: 'h', port: '', path: '/p' },
      headers: [],
      args: ['m', '5'],
      threads: 2,
      environment: {},
      folder: fixtures,
    });
    const CALLS = 20_000;
    const startedMs = performance.now();
    const prepared = await lua.prepare({ calls: CALLS, bytes: 1e9, ms: 1e9 });
    const eachUs = ((performance.now() - startedMs) * 1e3) / CALLS;
    const times: number[] = [];
    for (let i = 0; i < 5_000; i++) {
      const sentMs = performance.now();
      await lua.next(0);
      times.push((performance.now() - sentMs) * 1e3);
    }
    times.sort((a, b) => a - b);
    const isStatic = prepared !== null && prepared.requests.length === 1;
    const inARow = prepared === null ? 'asked for' : isStatic ? 'one text' : eachUs.toFixed(1);
    const [p50, p99] = [0.5, 0.99].map((p) => (times[Math.floor(times.length * p)] ?? 0).toFixed(0));
    process.stdout.write(
      `${name.padEnd(22)}${inARow.padStart(11)}${(p50 ?? '').padStart(20)}${(p99 ?? '').padStart(6)}\n`,
    );
    await lua.close();
  }
}
