/**
 * What a report and a comparison over a large tape cost: makes a tape of 1,000,000 results (20 runs of 50,000 streamed
 * answers), then runs each as a child process and prints its time, CPU and peak memory, medians of the rounds. Beside them
 * what sqlite3 takes for one mean over the same rows. Needs the program `time` (apt-get install time).
 *
 *   npm run build && npx node test/bench/report.ts [--results 1000000] [--runs 20] [--reads 12] [--rounds 3] [--tape FILE] [--formats html,text,...]
 *
 * Exit code 1 when a report takes more than 10 s or 500 MB.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { RunSettings } from '../../src/model/run.ts';
import { openTapeWriter, type TapeWriter } from '../../src/store/tape-writer.ts';
import {
  answerFigures,
  CAPTURE,
  exchangeEnd,
  exchangeStart,
  RUN,
  RUN_END,
} from '../helpers/sample-records.ts';

const LIMITS = { seconds: 10, megabytes: 500 } as const;

const { values } = parseArgs({
  options: {
    results: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '20' },
    reads: { type: 'string', default: '12' },
    tape: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    formats: { type: 'string', default: 'html,text,markdown,json,csv,wrk' },
  },
});
const RESULTS = Number(values.results);
const RUNS = Number(values.runs);
const READS = Number(values.reads);

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Four cells, each run several times, of a server that slows down with its connections. */
const CONNECTIONS = [50, 100, 200, 400] as const;

function writeTape(path: string): void {
  const tape = openTapeWriter(path, 'create');
  tape.begin();
  const capture = tape.beginCapture(CAPTURE);
  tape.startExchange(capture, exchangeStart(1));
  const end = exchangeEnd(1);
  tape.endExchange(
    capture,
    end,
    { model: 'm', stream: true, maxTokens: READS, messages: 1, sessionKey: null },
    answerFigures(end.answer),
  );
  tape.endCapture(capture, CAPTURE.startedAtMs + 60_000, {});
  for (let run = 0; run < RUNS; run++) writeRun(tape, run, Math.floor(RESULTS / RUNS));
  tape.commit();
  tape.close();
}

function writeRun(tape: TapeWriter, number: number, results: number): void {
  const connections = CONNECTIONS[number % CONNECTIONS.length] ?? 50;
  const repeat = Math.floor(number / CONNECTIONS.length) + 1;
  const settings: RunSettings = { ...RUN.settings, requests: results, durationUs: null, repeat };
  const run = tape.beginRun({ ...RUN, cell: { threads: 10, connections }, settings });
  const stepUs = 5_000 + 20 * connections;
  const freeUs = new Float64Array(connections);
  let state = number + 1;
  // A small generator: the bench has to be fast and to give the same tape each time.
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  let lastUs = 0;
  for (let seq = 0; seq < results; seq++) {
    const connection = seq % connections;
    const sentUs = freeUs[connection] ?? 0;
    const firstUs = sentUs + 20_000 + 30_000 * random();
    const readUs = Float64Array.from(
      { length: READS },
      (_, i) => firstUs + i * stepUs * (0.9 + 0.2 * random()),
    );
    readUs.sort();
    const finishedUs = (readUs.at(-1) ?? firstUs) + 100;
    freeUs[connection] = finishedUs + 50;
    lastUs = Math.max(lastUs, finishedUs);
    const failed = random() < 0.001;
    const answer = {
      status: failed ? 503 : 200,
      headers: [],
      headersUs: sentUs + 1_000,
      firstByteUs: firstUs,
      finishedUs,
      transport: 'complete' as const,
      error: null,
      body: null,
      truncated: false,
      bodyBytes: READS * 250,
      readUs,
      readBytes: new Uint32Array(READS).fill(250),
    };
    tape.addResult(
      run,
      {
        seq,
        exchangeId: 1,
        thread: connection % 10,
        connection,
        scheduledUs: sentUs,
        sentUs,
        path: '/v1/chat/completions',
        wireBytes: READS * 280,
        plannedAbort: false,
        askedTokens: null,
        answer,
      },
      answerFigures(answer, {
        completionTokens: READS,
        ...(failed ? { outcome: 'http_error', error: 'overloaded' } : {}),
      }),
    );
  }
  tape.endRun(run, {
    ...RUN_END,
    windowUs: lastUs,
    endedUs: lastUs,
    health: { ...RUN_END.health, connectionsOpen: connections },
  });
}

const BUILT = fileURLToPath(new URL('../../bin/reprise.js', import.meta.url));

interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Peak resident. */
  readonly megabytes: number;
}

/** What one command costs, as the operating system counts it; its output goes nowhere. */
function measure(command: readonly string[]): Cost {
  const { stderr, status } = spawnSync('/usr/bin/time', ['-f', '\ncost %e %U %S %M', ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [, seconds, user, system, kilobytes] = /cost (\S+) (\S+) (\S+) (\d+)/.exec(stderr) ?? [];
  // A comparison without a verdict ends with 3.
  if (kilobytes === undefined || (status !== 0 && status !== 3)) throw new Error(stderr);
  return {
    seconds: Number(seconds),
    cpuSeconds: Number(user) + Number(system),
    megabytes: Number(kilobytes) / 1024,
  };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

/** Run IDs of the tape's first and second half. */
function halves(): readonly [string, string] {
  const ids = Array.from({ length: RUNS }, (_, i) => i + 1);
  return [ids.slice(0, RUNS / 2).join(), ids.slice(RUNS / 2).join()];
}

const folder = mkdtempSync(join(tmpdir(), 'reprise-report-'));
const tape = values.tape ?? join(folder, 'big.sqlite');
let good = true;
try {
  if (!existsSync(tape)) writeTape(tape);
  print(
    `${RESULTS} results in ${RUNS} runs, ${READS} reads each: ${(statSync(tape).size / 2 ** 20).toFixed(0)} MB; load ${loadavg()[0]?.toFixed(1)} before it began`,
  );
  const reprise = (...args: readonly string[]) => [process.execPath, BUILT, ...args];
  const commands = new Map([
    ...values.formats.split(',').map((format): [string, readonly string[]] => {
      const out = join(folder, `report.${format}`);
      return [`report, ${format}`, reprise('report', tape, '--format', format, '--force', '--out', out)];
    }),
    ['compare', reprise('compare', tape, ...halves())],
    ['sqlite3, one mean', ['sqlite3', tape, 'SELECT avg(finished_us - sent_us) FROM results']],
  ]);
  const costs = new Map([...commands.keys()].map((name) => [name, [] as Cost[]]));
  for (let round = 0; round < Number(values.rounds); round++)
    for (const [name, command] of commands) costs.get(name)?.push(measure(command));
  print('                     seconds   CPU, s   peak MB');
  for (const [name, all] of costs) {
    const of = (key: keyof Cost): number => median(all.map((cost) => cost[key]));
    const within = of('seconds') < LIMITS.seconds && of('megabytes') < LIMITS.megabytes;
    good &&= within;
    print(
      name.padEnd(18) +
        of('seconds').toFixed(2).padStart(10) +
        of('cpuSeconds').toFixed(2).padStart(9) +
        of('megabytes').toFixed(0).padStart(10) +
        (within ? '' : '   OVER'),
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = good ? 0 : 1;
