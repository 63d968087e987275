/**
 * How exactly the simulator keeps its own time while it writes every token to a socket: streams that all get a token each
 * step, read by another process that throws everything away.
 *
 *   node test/bench/simulator-pace.ts [--streams 200,1000] [--steps-per-sec 50] [--seconds 10]
 *
 * Lateness counts from a step's due instant to the moment its tokens are handed out. What the machine itself withholds is
 * measured first: a step that falls into such a stall is late whatever the program does. Exit code 1 when at 200 streams 99 %
 * of the steps are not within 1 ms, or when any load falls behind: a step later than its own length.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { SteppedProfile } from '../../src/simulate/engine/latency-profile.ts';
import { H100_8B } from '../../src/simulate/profiles/profiles.ts';
import { startSimulator } from '../../src/simulate/start-simulator.ts';

const CHILD = '--reader';

/** A server whose every step takes the same time, whatever is in it, with seats and memory for all. */
function metronome(stepMs: number): SteppedProfile {
  const { step, limits, memory, frontEnd } = H100_8B;
  return {
    ...H100_8B,
    limits: { ...limits, maxNumSeqs: 10_000 },
    memory: { ...memory, gpuGiB: 10_000 },
    step: {
      ...step,
      forward: [
        [1, stepMs],
        [1e6, stepMs],
      ],
      perContextTokenMs: 0,
      perPrefillPairMs: 0,
      perStepMs: 0,
      perSequenceMs: 0,
      noise: { white: 0, drift: 0, driftSec: 1 },
    },
    frontEnd: { ...frontEnd, ingestMs: 0.1, egressMs: 0 },
  };
}

/** How often and for what share of the time a busy loop is not let run for more than a millisecond. */
function machineStalls(forMs: number): string {
  const end = performance.now() + forMs;
  let stalls = 0;
  let stalledMs = 0;
  for (let last = performance.now(); last < end; ) {
    const now = performance.now();
    if (now - last > 1) {
      stalls += 1;
      stalledMs += now - last;
    }
    last = now;
  }
  return (
    `the machine: ${(stalls / (forMs / 1e3)).toFixed(1)} stalls of more than 1 ms a second, ` +
    `${((stalledMs / forMs) * 100).toFixed(1)} % of the time`
  );
}

/** The other process: opens the streams, reads and forgets, until all have ended. */
async function read(port: number, streams: number, tokens: number): Promise<void> {
  const body = JSON.stringify({
    model: H100_8B.model,
    messages: [{ role: 'user', content: 'hello' }],
    max_tokens: tokens,
    ignore_eos: true,
    stream: true,
  });
  const request =
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  let bytes = 0;
  await Promise.all(
    Array.from({ length: streams }, async (_, i) => {
      // A burst of requests would be measured otherwise: reading one takes longer than a token.
      await sleep(i);
      const socket = connect(port, '127.0.0.1');
      socket.on('data', (data) => {
        bytes += data.length;
      });
      socket.write(request);
      await once(socket, 'close');
    }),
  );
  process.send?.({ bytes });
}

async function measure(streams: number, stepsPerSec: number, seconds: number): Promise<boolean> {
  const stepMs = 1e3 / stepsPerSec;
  const simulator = await startSimulator({
    host: '127.0.0.1',
    port: 0,
    profile: metronome(stepMs),
    timeScale: 1,
  });
  const args = [CHILD, simulator.url.port, String(streams), String(stepsPerSec * seconds)];
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const child = fork(fileURLToPath(import.meta.url), args);
  const [{ bytes }] = (await once(child, 'message')) as [{ readonly bytes: number }];
  const wallMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpuBefore);
  const { count, p50Ms, p99Ms, maxMs } = simulator.lateness();
  await simulator.close();
  const ms = (value: number | null): string => `${(value ?? Number.NaN).toFixed(2)} ms`;
  process.stdout.write(
    `${streams} streams x ${stepsPerSec} steps/s for ${(wallMs / 1e3).toFixed(1)} s: ${count} steps, late by ` +
      `${ms(p50Ms)} (median), ${ms(p99Ms)} (99 %), ${ms(maxMs)} (worst); ${(bytes / 2 ** 20).toFixed(0)} MiB, ` +
      `${(((user + system) / 1e3 / wallMs) * 100).toFixed(0)} % of a core\n`,
  );
  return (p99Ms ?? Infinity) <= (streams <= 200 ? 1 : stepMs);
}

const [role = '', port = '', streams = '', tokens = ''] = process.argv.slice(2);
if (role === CHILD) await read(Number(port), Number(streams), Number(tokens));
else {
  const { values } = parseArgs({
    options: {
      streams: { type: 'string', default: '200,1000' },
      'steps-per-sec': { type: 'string', default: '50' },
      seconds: { type: 'string', default: '10' },
    },
  });
  process.stdout.write(`${machineStalls(3_000)}\n`);
  let kept = true;
  for (const word of values.streams.split(',')) {
    kept = (await measure(Number(word), Number(values['steps-per-sec']), Number(values.seconds))) && kept;
  }
  process.exitCode = kept ? 0 : 1;
}
