import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { percentile } from '../../src/measure/sample.ts';
import { startSkew } from '../../src/measure/shards.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { unusedUrl } from '../helpers/local-server.ts';
import { CLI_ENTRY } from '../helpers/run-cli.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/**
 * One run from N processes beside the same run from one, in turn, on the simulator: what was sent, percentiles, how far apart
 * the shards began, and the most memory of each process.
 *
 *   npx node test/bench/shards.ts [--shards 4] [--connections 100] [--requests 2000] [--duration 20s] [--rounds 3] [--speed 10]
 */

const { values } = parseArgs({
  options: {
    shards: { type: 'string', default: '4' },
    connections: { type: 'string', default: '100' },
    requests: { type: 'string', default: '2000' },
    duration: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    speed: { type: 'string', default: '10' },
  },
});
const shards = Number(values.shards);
const folder = tempFolder();

const print = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Runs a command to its end and gives the most memory that it had, MB. */
async function peakMemory(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [CLI_ENTRY, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has ended.
    }
  }, 100);
  const [code] = (await once(child, 'close')) as [number];
  clearInterval(timer);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${said}`);
  return Math.round(peak);
}

function show(name: string, path: string, memory: readonly number[]): number | null {
  const tape = openTape(path);
  const [run] = tape.runs();
  if (run === undefined) throw new Error('there is no run');
  const results = [...tape.results(run.id)].map(({ result }) => result);
  tape.close();
  const ms = (of: (result: (typeof results)[number]) => number | null) => {
    const sorted = Float64Array.from(results.flatMap((result) => of(result) ?? [])).sort();
    return [50, 90, 99].map((p) => ((percentile(sorted, p) ?? 0) / 1e3).toFixed(0)).join('/');
  };
  const starts = run.end?.health?.shards ?? [];
  const skew = startSkew(starts)?.skewMs ?? null;
  const tokens = results.reduce((sum, { completionTokens }) => sum + (completionTokens ?? 0), 0);
  const reasons = run.end?.invalidReasons.map(({ kind }) => kind).join(', ');
  print(
    [
      name.padEnd(10),
      `${results.length} requests`,
      `${tokens} tokens`,
      `E2EL p50/p90/p99 ${ms(({ sentUs, finishedUs }) => (sentUs === null ? null : finishedUs - sentUs))} ms`,
      `TTFT ${ms(({ sentUs, firstTokenUs }) => (sentUs === null || firstTokenUs === null ? null : firstTokenUs - sentUs))} ms`,
      `window ${((run.end?.windowUs ?? 0) / 1e6).toFixed(2)} s`,
      `open ${run.end?.health?.connectionsOpen}`,
      `${memory.join(' ')} MB`,
      ...(skew === null ? [] : [`skew ${skew.toFixed(2)} ms`]),
      reasons === '' ? 'valid' : `invalid: ${reasons}`,
    ].join('  '),
  );
  return skew;
}

const target = await unusedUrl();
const simulator = spawn(process.execPath, [
  ...[CLI_ENTRY, 'simulate', '--listen', target.host, '--profile', 'a40-14b', '--time-scale', values.speed],
]);
await once(simulator.stderr, 'data');
try {
  const bounds =
    values.duration === undefined ? ['--requests', values.requests] : ['--duration', values.duration];
  const common = [
    ...['replay', SAMPLE_TAPE, '--target', target.href, '--label', 'bench'],
    ...['--connections', values.connections, '--timeout', '120s', ...bounds],
  ];
  const skews: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const at = (name: string): string => join(folder, `${round}-${name}.sqlite`);
    show('one', at('one'), [await peakMemory([...common, '--out', at('one')])]);
    const barrier = await unusedUrl();
    const parts = Array.from({ length: shards }, (_, i) => at(String(i)));
    const memory = await Promise.all(
      parts.map((part, i) =>
        peakMemory([...common, '--shard', `${i}/${shards}`, '--barrier', barrier.host, '--out', part]),
      ),
    );
    const startedMs = performance.now();
    await peakMemory(['merge', ...parts, '--out', at('merged')]).catch(() => 0);
    const mergedMs = performance.now() - startedMs;
    const skew = show(`${shards} shards`, at('merged'), memory);
    print(`merged in ${mergedMs.toFixed(0)} ms`);
    if (skew !== null) skews.push(skew);
    for (const part of parts) rmSync(part);
  }
  print(`skew of ${skews.length} starts: ${skews.map((ms) => ms.toFixed(2)).join(', ')} ms`);
} finally {
  simulator.kill();
}
