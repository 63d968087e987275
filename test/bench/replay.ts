import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { RunSummary } from '../../src/measure/run-summary.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { type LoadClient, loadClients, type SeenLatencies, smallClients } from '../helpers/load-clients.ts';
import { oneRequestTape } from '../helpers/one-request-tape.ts';
import { runPinned, startPinned } from '../helpers/pinned.ts';
import { residentBytes } from '../helpers/process-cpu.ts';

/**
 * What the replay's engine costs and how true it is, beside other load generators, in one run: `npm run bench:replay`.
 * The upstream (test/helpers/known-upstream.ts) has one core, the client the other; CPU is the operating system's count
 * of the whole client process with all its threads and children.
 *
 * Other tools are taken from the environment and left out with a message where they are not named:
 *   VLLM=/path/to/vllm VLLM_RS=/path/to/vllm-rs VLLM_TOKENIZER=/path/to/a/model   (pip install vllm)
 *   AUTOCANNON=/tmp/ac/node_modules/autocannon/autocannon.js   (npm install --prefix /tmp/ac autocannon)
 *   wrk (apt-get install wrk)
 *
 * `--only events|small|pacing|many|soak` runs a part, `--streams 200` one table of events; `--soak 5m` is how long memory is looked at.
 */

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    only: { type: 'string' },
    streams: { type: 'string', default: '200,20' },
    soak: { type: 'string', default: '60s' },
  },
});
const RUNS = Number(values.runs);
const [SERVER_CORE, CLIENT_CORE] = [0, 1];
const ALL_CORES = `0-${cpus().length - 1}`;
const ENTRY = fileURLToPath(new URL('../../bin/reprise.js', import.meta.url));
const UPSTREAM = fileURLToPath(new URL('../helpers/known-upstream.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
const out = (text: string): void => void process.stdout.write(`${text}\n`);
const cell = (value: number | null, digits: number, width: number): string =>
  (value === null || Number.isNaN(value) ? '–' : value.toFixed(digits)).padStart(width);
const wants = (part: string): boolean => values.only === undefined || values.only === part;

interface Upstream {
  readonly url: string;
  stamps(): Promise<SeenLatencies>;
  stop(): void;
}

async function startUpstream(...args: readonly number[]): Promise<Upstream> {
  const child = startPinned(SERVER_CORE, [process.execPath, UPSTREAM, ...args.map(String)]);
  const [line] = (await once(child.stdout ?? process.stdin, 'data')) as [Buffer];
  const url = line.toString().trim();
  return {
    url,
    async stamps() {
      const { ttfts, gaps } = (await (await fetch(`${url}/stamps`)).json()) as {
        ttfts: number[];
        gaps: number[];
      };
      const at = (sorted: number[], p: number): number =>
        sorted[Math.ceil(p * sorted.length) - 1] ?? Number.NaN;
      ttfts.sort((a, b) => a - b);
      gaps.sort((a, b) => a - b);
      return { ttftP50: at(ttfts, 0.5), ttftP99: at(ttfts, 0.99), itlP99: at(gaps, 0.99) };
    },
    stop: () => child.kill(),
  };
}

/** What an event costs a client, and by what its figures differ from the truth. */
interface EventCost {
  readonly us: number;
  readonly bias: SeenLatencies | null;
}

/**
 * CPU of an event: of a long run less a short one, so that starting up does not count.
 * @param rounds of 1.2 s that the long run has
 */
async function eventCost(
  client: LoadClient,
  upstream: Upstream,
  connections: number,
  rounds: number,
): Promise<EventCost> {
  const [few, many] = [connections * 2, connections * rounds];
  const short = await client.run(upstream.url, connections, few);
  await upstream.stamps();
  const { cpuSeconds, seen } = await client.run(upstream.url, connections, many);
  const truth = await upstream.stamps();
  return {
    us: ((cpuSeconds - short.cpuSeconds) * 1e6) / ((many - few) * 50),
    bias: seen && {
      ttftP50: seen.ttftP50 - truth.ttftP50,
      ttftP99: seen.ttftP99 - truth.ttftP99,
      itlP99: seen.itlP99 - truth.itlP99,
    },
  };
}

/** Runs every client once in each round, so that what the machine does meanwhile meets all of them. */
async function inTurns<C, T>(
  clients: readonly C[],
  measure: (client: C) => Promise<T>,
): Promise<Map<C, T[]>> {
  const seen = new Map<C, T[]>(clients.map((client) => [client, []]));
  for (let run = 0; run < RUNS; run++) {
    for (const [client, all] of seen) all.push(await measure(client));
  }
  return seen;
}

/** A figure of ours as a multiple of a peer's. */
function ratioText(own: number, peer: number | undefined): string {
  return cell(peer === undefined ? null : own / peer, 2, 10);
}

async function events(clients: readonly LoadClient[]): Promise<void> {
  for (const connections of values.streams.split(',').map(Number)) {
    // Few streams make code hot late: their run takes two minutes.
    const rounds = connections < 100 ? 100 : 10;
    const upstream = await startUpstream(200, 20, 50);
    const seen = await inTurns(clients, (client) => eventCost(client, upstream, connections, rounds));
    upstream.stop();
    out(
      `\n${connections} streams × 50 tokens, 20 ms apart, in lockstep, first token after 200 ms: medians of ${RUNS}`,
    );
    out('                              CPU an                 reported less true, ms');
    out('                              event, µs  ÷ vllm-rs   TTFT p50       p99   ITL p99');
    const us = new Map([...seen].map(([{ name }, costs]) => [name, median(costs.map((cost) => cost.us))]));
    for (const [{ name }, costs] of seen) {
      const biases = costs.flatMap(({ bias }) => bias ?? []);
      const of = (key: keyof SeenLatencies): number => median(biases.map((bias) => bias[key]));
      const own = us.get(name) ?? Number.NaN;
      out(
        `${name.padEnd(28)} ${cell(own, 1, 9)} ${ratioText(own, us.get('vllm-rs bench serve'))} ${cell(of('ttftP50'), 2, 10)} ${cell(of('ttftP99'), 2, 9)} ${cell(of('itlP99'), 2, 9)}`,
      );
    }
  }
  out('  CPU of the whole process, parsing and storing included; true is what the upstream stamped itself.');
}

async function smallRequests(): Promise<void> {
  const upstream = await startUpstream();
  const seen = await inTurns(await smallClients(ENTRY, folder), (client) => client.run(upstream.url));
  upstream.stop();
  out(`\nsmall JSON answers at once, 100 connections, one core: medians of ${RUNS}`);
  out('                            requests/s   CPU a request, µs   ÷ autocannon');
  const us = new Map(
    [...seen].map(([{ name }, all]) => [
      name,
      median(all.map(({ requests, cpuSeconds }) => (cpuSeconds * 1e6) / requests)),
    ]),
  );
  for (const [{ name }, all] of seen) {
    const rate = median(all.map(({ requests, seconds }) => requests / seconds));
    const own = us.get(name) ?? Number.NaN;
    out(
      `${name.padEnd(28)} ${cell(rate, 0, 9)} ${cell(own, 1, 19)}     ${ratioText(own, us.get('autocannon'))}`,
    );
  }
}

async function pacing(): Promise<void> {
  const upstream = await startUpstream();
  const tape = join(folder, 'pacing.sqlite');
  oneRequestTape(tape, false);
  out(`\nopen loop, Poisson arrivals, from the plan to the sending, ms: medians of ${RUNS}`);
  out('  arrivals/s      p50      p99      max');
  for (const rate of [100, 500]) {
    const lags: { p50: number; p99: number; max: number }[] = [];
    for (let run = 0; run < RUNS; run++) {
      const { health } = await replay([
        tape,
        '--target',
        upstream.url,
        '--rate',
        `${rate}/s`,
        '--arrivals',
        'poisson',
        '--requests',
        String(rate * 10),
      ]);
      lags.push({
        p50: health?.scheduleLagP50Ms ?? Number.NaN,
        p99: health?.scheduleLagP99Ms ?? Number.NaN,
        max: health?.scheduleLagMaxMs ?? Number.NaN,
      });
    }
    const of = (name: 'p50' | 'p99' | 'max'): string => cell(median(lags.map((lag) => lag[name])), 3, 9);
    out(`${String(rate).padStart(12)}${of('p50')}${of('p99')}${of('max')}`);
  }
  upstream.stop();
}

async function replay(args: readonly string[], core: number | string = CLIENT_CORE): Promise<RunSummary> {
  const { stdout, stderr } = await runPinned(core, [process.execPath, ENTRY, 'replay', ...args, '--json']);
  const run = (JSON.parse(stdout || '{"runs":[]}') as { runs: RunSummary[] }).runs.at(-1);
  if (run === undefined) throw new Error(stderr);
  return run;
}

/** 2,000 streams of 25 tokens/s from two threads that send: is it valid, and how late is the first token's stamp? */
async function many(): Promise<void> {
  const upstream = await startUpstream(200, 40, 50);
  const tape = join(folder, 'many.sqlite');
  oneRequestTape(tape, true);
  out(`\n2,000 streams × 25 tokens/s, --workers 2 on all cores: ${RUNS} runs`);
  out('  tokens/s   TTFT p50 less true, ms   valid');
  for (let run = 0; run < RUNS; run++) {
    await upstream.stamps();
    const args = [tape, '--target', upstream.url, '--connections', '2000', '--requests', '20000'];
    const seen = await replay([...args, '--workers', '2', '--lengths', 'free'], ALL_CORES);
    const truth = await upstream.stamps();
    const bias = (seen.ttftMs.p50 ?? Number.NaN) - truth.ttftP50;
    const verdict = seen.valid ? 'yes' : messagesOf('en').reasons(seen.invalidReasons);
    out(`${cell(seen.outputTokensPerSec, 0, 10)}${cell(bias, 2, 25)}   ${verdict}`);
  }
  upstream.stop();
}

/** 1,000 streams of 20 tokens/s: no error, memory level. */
async function soak(): Promise<void> {
  const upstream = await startUpstream(200, 50, 200);
  const tape = join(folder, 'soak.sqlite');
  oneRequestTape(tape, true);
  const args = [
    tape,
    '--target',
    upstream.url,
    '--connections',
    '1000',
    '--duration',
    values.soak,
    '--lengths',
    'free',
  ];
  const child = startPinned(CLIENT_CORE, [process.execPath, ENTRY, 'replay', ...args, '--json']);
  let stdout = '';
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  out(`\n1,000 streams × 20 tokens/s for ${values.soak}\n  time    memory`);
  const started = performance.now();
  const timer = setInterval(() => {
    const seconds = (performance.now() - started) / 1e3;
    out(`${cell(seconds, 0, 4)} s ${cell(residentBytes(child.pid ?? 0) / 2 ** 20, 0, 6)} MiB`);
  }, 10_000);
  await once(child, 'close');
  clearInterval(timer);
  upstream.stop();
  const { runs } = JSON.parse(stdout) as { runs: RunSummary[] };
  const [run] = runs;
  out(
    `requests ${run?.requests}, errors ${run?.errors}, ${run?.outputTokensPerSec?.toFixed(0)} tokens/s, ${run?.valid ? 'valid' : messagesOf('en').reasons(run?.invalidReasons ?? [])}`,
  );
}

out(
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.versions.node}; ${tmpdir()} for tapes`,
);
out(
  `kernel ${readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim()}, load ${loadavg()[0]?.toFixed(1)} before it began`,
);
if (wants('events')) await events(await loadClients(ENTRY, folder));
if (wants('small')) await smallRequests();
if (wants('pacing')) await pacing();
if (wants('many')) await many();
if (wants('soak')) await soak();
