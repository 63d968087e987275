/**
 * What a report over a large tape costs: makes a tape of 1,000,000 results (20 runs of 50,000 streamed answers), then
 * writes the report in each format as a child process and tells its time and its peak memory.
 *
 *   node test/bench/report.ts [--results 1000000] [--runs 20] [--reads 12] [--tape FILE] [--formats html,text,...]
 *
 * Exit code 1 when a report takes more than 10 s or 500 MB.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RunSettings } from '../../src/model/run.ts';
import { openTapeWriter, type TapeWriter } from '../../src/store/tape-writer.ts';
import { CLI_ENTRY } from '../helpers/run-cli.ts';
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

/** Seconds and peak resident megabytes of one report, as the operating system counts them. */
function measure(
  tape: string,
  format: string,
  out: string,
): { seconds: number; megabytes: number; bytes: number } {
  const script = `process.on('exit', () => process.stderr.write('\\nmaxrss ' + process.resourceUsage().maxRSS))`;
  const started = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(script)}`,
      CLI_ENTRY,
      'report',
      tape,
      '--format',
      format,
      '--out',
      out,
    ],
    { encoding: 'utf8' },
  );
  const seconds = (performance.now() - started) / 1e3;
  if (status !== 0) throw new Error(stderr);
  const kilobytes = Number(/maxrss (\d+)/.exec(stderr)?.[1]);
  return { seconds, megabytes: kilobytes / 1024, bytes: statSync(out).size };
}

const folder = mkdtempSync(join(tmpdir(), 'reprise-report-'));
const tape = values.tape ?? join(folder, 'big.sqlite');
let good = true;
try {
  if (!existsSync(tape)) writeTape(tape);
  print(
    `${RESULTS} results in ${RUNS} runs, ${READS} reads each: ${(statSync(tape).size / 2 ** 20).toFixed(0)} MB`,
  );
  print('format      seconds   peak MB   output KB');
  for (const format of values.formats.split(',')) {
    const { seconds, megabytes, bytes } = measure(tape, format, join(folder, `report.${format}`));
    const within = seconds < LIMITS.seconds && megabytes < LIMITS.megabytes;
    good &&= within;
    print(
      format.padEnd(10) +
        seconds.toFixed(2).padStart(9) +
        megabytes.toFixed(0).padStart(10) +
        (bytes / 1024).toFixed(0).padStart(12) +
        (within ? '' : '   OVER'),
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = good ? 0 : 1;
