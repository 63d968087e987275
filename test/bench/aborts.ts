/**
 * How fast aborts cross: 300 clients leave at random instants; prints how long after the last one the server still ran
 * something for any of them.
 *
 *   node test/bench/aborts.ts                                                         # the simulator
 *   node test/bench/aborts.ts --upstream http://127.0.0.1:8000 --model tiny --spread 15000
 *
 * In turns straight to the server and through the recorder: a server notices between two steps of its engine, and sets
 * its gauge after one, so a real one at its limit takes its time either way; `--spread` lets the clients come over so
 * many milliseconds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { abortedClients } from '../helpers/aborted-clients.ts';
import { startCli } from '../helpers/run-cli.ts';

const { values: options } = parseArgs({
  options: {
    upstream: { type: 'string' },
    model: { type: 'string', default: 'deepseek-14b' },
    spread: { type: 'string', default: '0' },
  },
});
const ROUNDS = 3;

const folder = mkdtempSync(join(tmpdir(), 'reprise-aborts-'));
const simulator =
  options.upstream === undefined
    ? startCli(['simulate', '--listen', '127.0.0.1:0', '--time-scale', '5'], { withinMs: 0 })
    : null;
try {
  const upstream = options.upstream ?? (await simulator?.says(/listens on (\S+)/)) ?? '';
  const args = [
    'record',
    '--upstream',
    upstream,
    '--listen',
    '127.0.0.1:0',
    '--out',
    join(folder, 'a.sqlite'),
  ];
  const recorder = startCli(args, { withinMs: 0 });
  const url = new URL('/v1/chat/completions', await recorder.says(/send clients to (\S+),/));
  const body = {
    model: options.model,
    messages: [{ role: 'user', content: 'Tell me a long story.' }],
    max_tokens: 1_500,
  };
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [arm, to] of [
      ['straight', new URL('/v1/chat/completions', upstream)],
      ['recorded', url],
    ] as const) {
      const spread = Number(options.spread);
      const { most, clearMs } = await abortedClients(to, new URL(upstream), body, 300, 1_000, spread);
      process.stdout.write(
        `round ${round}, ${arm}: at most ${most} of 300 ran at once, none ${clearMs.toFixed(0)} ms after the last client left\n`,
      );
    }
  }
  recorder.interrupt();
  process.stdout.write(`${(await recorder.ended).stderr.trim().split('\n').at(-1)}\n`);
} finally {
  simulator?.interrupt();
  await simulator?.ended;
  rmSync(folder, { recursive: true });
}
