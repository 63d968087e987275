import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunSummary } from '../../src/measure/run-summary.ts';
import { eventually } from '../helpers/http-call.ts';
import { oneRequestTape } from '../helpers/one-request-tape.ts';
import { startPinned } from '../helpers/pinned.ts';
import { CLI_ENTRY } from '../helpers/run-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/** A generator that had no CPU measured itself; a server that had none was measured. */

const folder = tempFolder();
let tapes = 0;
const NO_TASKSET =
  spawnSync('taskset', ['--version']).error === undefined ? false : 'taskset is not installed';
const UPSTREAM = fileURLToPath(new URL('../helpers/known-upstream.ts', import.meta.url));

/** Burners that share one core; whoever is nice beside them gets a tenth of it and less. */
const BURNERS = 2;
const BURN = 'for (;;);';
const NICE = ['nice', '-n', '10'];
const SECONDS = 2;

const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

function burn(core: number): readonly ChildProcess[] {
  const burners = Array.from({ length: BURNERS }, () =>
    spawn('taskset', ['-c', String(core), process.execPath, '-e', BURN], { stdio: 'ignore' }),
  );
  children.push(...burners);
  return burners;
}

/** Whoever is not starved is to have its core to itself, whatever tests run beside this one; only root may say so. */
function favour({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, -10);
  } catch {
    // Then it shares its core with them, and the test may take another try.
  }
}

const SERVER_CORE = 0;
const CLIENT_CORE = 1;

/** Whoever is starved is nice beside the burners on its core; the other has its own. */
async function replayBeside(starvedCore: number): Promise<RunSummary> {
  const nice = (core: number): readonly string[] => (core === starvedCore ? NICE : []);
  const upstream = startPinned(SERVER_CORE, [
    ...nice(SERVER_CORE),
    process.execPath,
    UPSTREAM,
    '60',
    '20',
    '30',
  ]);
  children.push(upstream);
  const [line] = (await once(upstream.stdout ?? process.stdin, 'data')) as [Buffer];
  const url = line.toString().trim();
  const tape = join(folder, `starved-${++tapes}.sqlite`);
  oneRequestTape(tape, true);
  const args = [
    '--target',
    url,
    '--connections',
    '40',
    '--duration',
    `${SECONDS}s`,
    '--lengths',
    'free',
    '--json',
  ];
  const command = [process.execPath, CLI_ENTRY, 'replay', tape, ...args];
  const replay = startPinned(CLIENT_CORE, [...nice(CLIENT_CORE), ...command]);
  children.push(replay);
  if (starvedCore !== CLIENT_CORE) favour(replay);
  let stdout = '';
  let stderr = '';
  replay.stdout?.on('data', (text) => {
    stdout += text;
  });
  replay.stderr?.on('data', (text) => {
    stderr += text;
  });
  const ended = once(replay, 'close');
  // To start and to sum up, both sides have their CPU: it is taken away while the load is on.
  await eventually(async () => {
    const { ttfts } = (await (await fetch(`${url}/stamps`)).json()) as { ttfts: number[] };
    return ttfts.length > 0;
  }, 20_000);
  const burners = burn(starvedCore);
  await sleep(SECONDS * 1_000);
  for (const burner of burners) burner.kill('SIGKILL');
  await ended;
  upstream.kill('SIGKILL');
  const [run] = (JSON.parse(stdout || '{"runs":[]}') as { runs: RunSummary[] }).runs;
  assert.ok(run !== undefined, stderr);
  return run;
}

/** Reasons of a generator that was too slow. */
const TOO_SLOW: readonly string[] = ['connectionsIdle', 'loopBusy', 'loopLate'];

test('a starved generator yields no figures but a reason, with what to do', {
  skip: NO_TASKSET,
}, async () => {
  const { valid, invalidReasons } = await replayBeside(CLIENT_CORE);
  assert.equal(valid, false);
  const found = invalidReasons.find(({ kind }) => TOO_SLOW.includes(kind));
  assert.ok(found !== undefined && 'tryWorkers' in found, JSON.stringify(invalidReasons));
});

test('a starved server does not make a run invalid', { skip: NO_TASKSET }, async () => {
  const { requests, errors, invalidReasons } = await replayBeside(SERVER_CORE);
  assert.equal(errors, 0);
  assert.ok(requests > 0);
  // Other work on this machine may starve the generator as well, or the server for seconds: nothing else may be said.
  for (const { kind } of invalidReasons) assert.ok([...TOO_SLOW, 'longDrain'].includes(kind), kind);
});
