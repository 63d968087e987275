import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { createZstdCompressor } from '../../chat/content-coding.ts';
import { CREDENTIAL_RULES, createCredentialRedaction } from '../../chat/redaction/credentials.ts';
import type { ForeignExchange, PlacedRecord, RecordReader } from '../../formats/format.ts';
import { readSmallFile } from '../../formats/reading/small-file.ts';
import { AIPERF_SUMMARY, withAiperfSummary } from '../../formats/results/aiperf.ts';
import type { BenchmarkRun } from '../../formats/results/benchmark-run.ts';
import { type FormatName, openReader } from '../../formats/table.ts';
import { systemClock } from '../../model/clock.ts';
import { type JsonObject, parseObject } from '../../model/json.ts';
import type { ImportSkip } from '../../model/notes/imports.ts';
import { EXIT, UserError } from '../../model/user-error.ts';
import { jsonText } from '../../report/json.ts';
import { counted } from '../../report/messages/catalogue.ts';
import { importNoteText, importSkipText } from '../../report/messages/notes/import-notes.ts';
import { QUANTITIES } from '../../report/quantities.ts';
import { type ImportWriter, openImportWriter } from '../../store/import-writer.ts';
import type { CommandResult } from '../command.ts';
import { toolVersion } from '../provenance.ts';
import { makeFolder } from '../tape-file.ts';
import { listenForStop, say, showProgress } from '../terminal/terminal.ts';
import { type FileStart, formatOf, headOf } from './file-start.ts';
import { type WrittenRun, writeRun } from './import-run.ts';
import type { ImportSettings } from './import-settings.ts';
import { openPrompts, type Prompts } from './prompts.ts';
import { type FileReading, openFile, STDIN } from './read-file.ts';
import { createTally, isWallTime } from './tally.ts';
import { tapeRow } from './tape-row.ts';

const q = QUANTITIES.en;

/** What is known of one file. */
interface FileLine {
  readonly file: string;
  readonly format: FormatName;
  readonly exchanges: number;
  /** Of a file of results; absent in others. */
  readonly runs?: number;
  readonly skipped: number;
}

/**
 * Reads files of other tools and writes a tape of their requests, or adds to one. The tape is there only when all is done.
 * @throws UserError (as a rejection) for a file that cannot be used, and where nothing in them can be imported
 */
export async function importFiles(settings: ImportSettings): Promise<CommandResult> {
  // From here on Ctrl-C leaves no part of a tape: the writer makes a file at once.
  const stop = listenForStop(() => say('stopping: no tape is written'));
  try {
    return await writeTape(settings, stop.signal);
  } finally {
    stop.dispose();
  }
}

async function writeTape(settings: ImportSettings, signal: AbortSignal): Promise<CommandResult> {
  const { files, out, append } = settings;
  const opened = files.map((path) => ({ path, reading: openFile(path) }));
  const prompts = await openPrompts(settings);
  if (!append) makeFolder(out);
  const writer = openImportWriter(out, append ? 'append' : 'create', createZstdCompressor());
  const session = createSession(settings, writer, prompts, signal);
  signal.addEventListener('abort', () => opened.forEach(({ reading }) => void reading.stop()));
  const shown = showProgress(() => session.progress());
  let isDone = false;
  try {
    const lines: FileLine[] = [];
    for (const { path, reading } of opened) {
      if (session.isFull()) break;
      lines.push(await session.readFile(path, reading));
    }
    shown.stop();
    if (signal.aborted) return { exitCode: EXIT.interrupted };
    const found = session.finish(lines);
    writer.commit(captureOf(settings, lines, found));
    isDone = true;
    return sayResult(settings, lines, found);
  } finally {
    shown.stop();
    if (!isDone) writer.discard();
  }
}

function createSession(
  settings: ImportSettings,
  writer: ImportWriter,
  prompts: Prompts,
  signal: AbortSignal,
) {
  const { limit, model, format: given } = settings;
  const tally = createTally(prompts.kind);
  const redaction = createCredentialRedaction({ hashKey: randomBytes(32) });
  const runs: WrittenRun[] = [];
  let current: FileReading | null = null;
  let name = '';

  const isFull = (): boolean => signal.aborted || tally.exchanges === limit;

  function add(exchange: ForeignExchange): void {
    const { request } = exchange;
    const body = request.kind === 'body' ? request : prompts.write(request);
    const row = tapeRow(exchange, body, { redaction, model });
    writer.add(row);
    tally.exchange(exchange, row.model !== null);
  }

  function take(records: readonly PlacedRecord[]): void {
    for (const { decoded, line } of records) {
      if (isFull()) return;
      if (typeof decoded === 'string') tally.skip(decoded, name, line);
      else add(decoded);
    }
  }

  async function takeAll(reader: RecordReader, pieces: AsyncIterator<Buffer>, { head, tooLong }: FileStart) {
    for (let line = 1; line <= tooLong; line++) {
      tally.skip('tooLong', name, line);
      take(reader.push(EMPTY_LINE));
    }
    take(reader.push(head.bytes));
    while (!head.isWhole && !isFull()) {
      const { value, done } = await pieces.next();
      if (done === true) break;
      take(reader.push(value));
    }
    if (!isFull()) take(reader.end());
    await pieces.return?.();
  }

  function addRuns(path: string, found: readonly BenchmarkRun[]): void {
    for (const run of found) {
      const known = run.tool === 'aiperf' ? withAiperfSummary(run, summaryBeside(path)) : run;
      const about = { file: name, label: settings.label ?? run.tool, nowMs: systemClock.wallMs() };
      runs.push(writeRun(writer, known, about));
    }
  }

  return {
    isFull,
    progress() {
      const read = current?.readBytes() ?? 0;
      const of = current?.size == null ? '' : ` of ${q.bytes(current.size)}`;
      const line = `${name}: ${q.bytes(read)}${of}, ${q.whole(tally.exchanges)} requests`;
      return { line, block: [line] };
    },
    async readFile(path: string, reading: FileReading): Promise<FileLine> {
      current = reading;
      name = path === STDIN ? 'stdin' : basename(path);
      const before = { exchanges: tally.exchanges, skipped: skippedOf(tally.skips()) };
      const pieces = reading.pieces[Symbol.asyncIterator]();
      const { head, tooLong } = await headOf(pieces);
      if (head.bytes.length === 0 && reading.fault() !== null) {
        throw new UserError(`${name} is damaged: nothing of it could be decompressed`, {
          remedy: 'decompress it with gzip or zstd, and import what comes out',
        });
      }
      const format = formatOf(name, head, given);
      const reader = openReader(format, head);
      await takeAll(reader, pieces, { head, tooLong });
      const found = reader.runs?.() ?? [];
      addRuns(path, found);
      const fault = reading.fault() ?? (reader.wasCut?.() === true ? 'cut' : null);
      if (fault !== null) tally.fault(fault, name);
      return {
        file: name,
        format,
        exchanges: tally.exchanges - before.exchanges,
        ...(reader.runs === undefined ? {} : { runs: found.length }),
        skipped: skippedOf(tally.skips()) - before.skipped,
      };
    },
    /** @throws UserError where nothing was imported */
    finish(lines: readonly FileLine[]) {
      const skips = tally.skips();
      if (tally.exchanges + runs.length === 0) throw nothingFound(lines, skips);
      if (settings.label !== null && runs.length === 0) {
        throw new UserError(`--label ${settings.label} names runs, and there are none in ${namesOf(lines)}`, {
          remedy: 'leave it out for requests',
        });
      }
      const span = writer.settle();
      const notes = [...tally.notes(span), ...(runs.length === 0 ? [] : [{ kind: 'runsOnly' } as const])];
      return { span, skips, notes, exchanges: tally.exchanges, runs };
    },
  };
}

/** Replaces a line that is not read. */
const EMPTY_LINE = Buffer.of(10);

/** The summary that aiperf writes into the same folder; empty where there is none that can be read. */
function summaryBeside(path: string): JsonObject {
  const text = readSmallFile(join(dirname(path), AIPERF_SUMMARY));
  return typeof text === 'string' ? {} : (parseObject(text.toString('utf8')) ?? {});
}

function namesOf(lines: readonly FileLine[]): string {
  return lines.map(({ file, format }) => `${file} (${format})`).join(', ');
}

function nothingFound(lines: readonly FileLine[], skips: readonly ImportSkip[]): UserError {
  const what = namesOf(lines);
  const reasons = skips.map((skip) => importSkipText(skip, 'en')).join(', ');
  return new UserError(
    `nothing in ${what} can be imported${reasons === '' ? '' : ` (${reasons})`}: no tape is written`,
  );
}

function skippedOf(skips: readonly ImportSkip[]): number {
  return skips.reduce((sum, { records }) => sum + records, 0);
}

function captureOf(
  { model }: ImportSettings,
  lines: readonly FileLine[],
  { span, notes, skips }: ReturnType<ReturnType<typeof createSession>['finish']>,
) {
  const { timed, firstUs } = span;
  const nowMs = systemClock.wallMs();
  const isWall = isWallTime(firstUs);
  return {
    startedAtMs: isWall ? Math.floor(firstUs / 1e3) : nowMs,
    startedUs: firstUs ?? 0,
    upstream: namesOf(lines),
    toolVersion: toolVersion(),
    settings: {
      imported: {
        files: lines,
        arrivals: timed === 0 ? 'none' : isWall ? 'wall' : 'relative',
        importedAtMs: nowMs,
        model,
        notes,
        skips,
      },
    },
    redaction: CREDENTIAL_RULES,
  };
}

/** What was left out and what is to be known is said on stderr. */
function sayResult(
  { out, json }: ImportSettings,
  lines: readonly FileLine[],
  { notes, skips, exchanges, runs }: ReturnType<ReturnType<typeof createSession>['finish']>,
): CommandResult {
  const format = [...new Set(lines.map((line) => line.format))].join(', ');
  for (const skip of skips) say(importSkipText(skip, 'en'));
  for (const note of notes) say(importNoteText(note, 'en'));
  const written = [
    ...(exchanges === 0 ? [] : [counted(exchanges, 'request')]),
    ...(runs.length === 0 ? [] : [counted(runs.length, 'run')]),
  ];
  say(`wrote ${written.join(' and ')} of ${namesOf(lines)} to ${out}`);
  if (!json) return {};
  return {
    data: jsonText({
      format,
      tape: out,
      exchanges,
      runs,
      skipped: Object.fromEntries(skips.map(({ kind, records }) => [kind, records])),
      skips: skips.map((skip) => ({ ...skip, text: importSkipText(skip, 'en') })),
      notes: notes.map((note) => ({ ...note, text: importNoteText(note, 'en') })),
      files: lines,
    }),
  };
}
