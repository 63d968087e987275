import { isUtf8 } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Encoder, OutgoingExchange } from '../../formats/writing/encoder.ts';
import type { BodyRow } from '../../formats/writing/parquet.ts';
import { ENCODERS, PARQUET } from '../../formats/writing/table.ts';
import { arrivalKind, type Capture } from '../../model/capture.ts';
import type { Exchange } from '../../model/exchange.ts';
import type { ExportLoss, ExportSkip } from '../../model/notes/exports.ts';
import { EXIT, UserError } from '../../model/user-error.ts';
import { s3Place } from '../../objects/place.ts';
import { jsonText } from '../../report/json.ts';
import { counted } from '../../report/messages/catalogue.ts';
import { exportLossText, exportSkipText } from '../../report/messages/notes/export-notes.ts';
import { openTape, type TapeReader } from '../../store/tape-reader.ts';
import type { CommandResult } from '../command.ts';
import { keepYoungHeapsSmall } from '../heap-size.ts';
import { openOutputFile } from '../output-file.ts';
import { listenForStop, say } from '../terminal/terminal.ts';
import type { ExportSettings } from './export-settings.ts';
import { openParquetTables } from './parquet-tables.ts';
import { openFolder, openPrefix } from './parquet-target.ts';

/**
 * Writes the recorded requests of a tape as a file of another tool, one at a time: neither is ever whole in memory. The
 * file is there only when it is whole.
 * @throws UserError (as a rejection) for a tape that cannot be read, a file that cannot be written, and where nothing can be exported
 */
export async function exportFile(settings: ExportSettings): Promise<CommandResult> {
  const { tape: path, format, out, force, env } = settings;
  keepYoungHeapsSmall();
  const tape = openTape(path);
  const stop = listenForStop(() => say('stopping: nothing is written'));
  try {
    const skips = new Map<ExportSkip, number>();
    const output =
      format === PARQUET
        ? await openTables(out, env, stop.signal)
        : openRecords(ENCODERS[format], out, force);
    let isDone = false;
    let exchanges = 0;
    try {
      exchanges = await writeAll(tape, output, skips, stop.signal);
      if (exchanges === 0 && !stop.signal.aborted) throw nothingExported(path, format, skips);
      if (!stop.signal.aborted) {
        await output.close();
        isDone = true;
      }
    } finally {
      if (!isDone) await output.discard();
    }
    return isDone ? sayResult(settings, output, exchanges, skips) : { exitCode: EXIT.interrupted };
  } catch (error) {
    // What was stopped fails for that.
    if (!stop.signal.aborted) throw error;
    return { exitCode: EXIT.interrupted };
  } finally {
    stop.dispose();
    tape.close();
  }
}

/** Where an export goes. */
interface Output {
  readonly loses: readonly ExportLoss[];
  /** Takes a request, or says why it does not. */
  add(outgoing: OutgoingExchange): ExportSkip | null;
  /** Whether enough was written since the last time to look for signals. */
  isDue(): boolean;
  /** Called then: writes what may wait elsewhere. */
  settle(): Promise<void>;
  close(): Promise<void>;
  discard(): Promise<void>;
}

/** Bytes that are gathered before they are written. */
const PIECE_BYTES = 1024 * 1024;

/** A file of records. */
function openRecords({ frame, encode, loses }: Encoder, out: string, force: boolean): Output {
  const pieces = openOutputFile('--out', out, force).start();
  let held: Uint8Array[] = [Buffer.from(frame.start)];
  let bytes = 0;
  let records = 0;
  const between = Buffer.from(frame.between);
  const flush = (): void => {
    pieces.write(Buffer.concat(held));
    held = [];
    bytes = 0;
  };
  return {
    loses,
    add(outgoing) {
      const record = encode(outgoing);
      if (typeof record === 'string') return record;
      held.push(...(records++ === 0 ? [record] : [between, record]));
      bytes += record.length;
      return null;
    },
    isDue() {
      if (bytes < PIECE_BYTES) return false;
      flush();
      return true;
    },
    // Signals arrive between two turns.
    settle: nextTurn,
    async close() {
      held.push(Buffer.from(frame.end));
      flush();
      pieces.close();
    },
    discard: async () => pieces.discard(),
  };
}

/** Requests between two looks for signals. */
const TURN_REQUESTS = 256;

/** A folder of tables, or a prefix of an object store. */
async function openTables(out: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Output> {
  const place = s3Place(out);
  const target = place === null ? openFolder(out) : await openPrefix(place, env, signal);
  const tables = openParquetTables(target);
  let requests = 0;
  return {
    loses: ['chunkTimes'],
    add({ exchange, upstream, sinceStartUs, wallUs, ...outgoing }) {
      const bodies = [
        bodyRow(exchange.id, 'request', outgoing.body),
        bodyRow(exchange.id, 'response', outgoing.answerBody()),
      ].filter((body) => body !== null);
      const arrivedUs = sinceStartUs === null ? null : wallUs;
      tables.add({ exchange, upstream, arrivedUs }, bodies, wallUs);
      requests += 1;
      return null;
    },
    isDue: () => requests % TURN_REQUESTS === 0 || target.isFull(),
    async settle() {
      await nextTurn();
      await target.settle();
    },
    async close() {
      tables.end();
      await target.close();
    },
    discard: target.discard,
  };
}

function bodyRow(exchangeId: number, side: BodyRow['side'], body: Uint8Array | null): BodyRow | null {
  if (body === null) return null;
  const isText = isUtf8(body);
  return {
    exchangeId,
    side,
    text: isText ? Buffer.from(body).toString() : null,
    bytes: isText ? null : body,
  };
}

/** Gives the number of requests that were written. */
async function writeAll(
  tape: TapeReader,
  output: Output,
  skips: Map<ExportSkip, number>,
  signal: AbortSignal,
): Promise<number> {
  const outgoing = outgoingReader(tape);
  let written = 0;
  for (const exchange of tape.exchanges()) {
    const body = outgoing(exchange);
    const skip = typeof body === 'string' ? body : output.add(body);
    if (skip !== null) {
      skips.set(skip, (skips.get(skip) ?? 0) + 1);
      continue;
    }
    written += 1;
    if (!output.isDue()) continue;
    await output.settle();
    if (signal.aborted) break;
  }
  return written;
}

function sayResult(
  { format, out, json }: ExportSettings,
  { loses }: Output,
  exchanges: number,
  skips: ReadonlyMap<ExportSkip, number>,
): CommandResult {
  for (const [reason, n] of skips) say(`skipped ${exportSkipText(reason, n, 'en')}`);
  say(
    `wrote ${counted(exchanges, 'request')} to ${out} (${format}); not in it: ${exportLossText(loses, 'en')}`,
  );
  const document = { format, out, exchanges, skipped: Object.fromEntries(skips) };
  return json ? { data: jsonText(document) } : {};
}

/** Adds what the capture knows about an exchange. */
function outgoingReader(tape: TapeReader): (exchange: Exchange) => OutgoingExchange | ExportSkip {
  const captures = new Map(tape.captures().map((capture) => [capture.id, placeOf(capture)]));
  const timed = [...captures.values()].filter(({ isTimed }) => isTimed).length;
  const firstUs = new Map<number, number>();
  for (const { captureId, arrivedUs } of timed === 0 ? [] : tape.exchanges()) {
    const capture = captures.get(captureId);
    if (capture?.isTimed !== true || firstUs.has(captureId)) continue;
    firstUs.set(captureId, capture.startedUs + arrivedUs);
    if (firstUs.size === timed) break;
  }
  const startUs = Math.min(...firstUs.values());
  return (exchange) => {
    const body = exchange.requestBodyId === null ? null : tape.body(exchange.requestBodyId);
    if (body === null) return 'noBody';
    if (exchange.requestTruncated) return 'cut';
    const {
      startedUs = 0,
      isTimed = true,
      origin = UNKNOWN_ORIGIN,
      upstream = '',
    } = captures.get(exchange.captureId) ?? {};
    const wallUs = startedUs + (isTimed ? exchange.arrivedUs : 0);
    return {
      exchange,
      body,
      wallUs,
      sinceStartUs: isTimed ? wallUs - startUs : null,
      origin,
      upstream,
      answerBody: () => (exchange.responseBodyId === null ? null : tape.body(exchange.responseBodyId)),
      chunkTimes: () => tape.exchangeChunkTimes(exchange),
    };
  };
}

/** An archive has whole URLs, and imported requests may have no server. */
const UNKNOWN_ORIGIN = 'http://localhost';

function placeOf(capture: Capture) {
  const url = URL.parse(capture.upstream);
  return {
    startedUs: capture.startedAtMs * 1e3,
    upstream: url?.origin ?? capture.upstream,
    isTimed: arrivalKind(capture) !== 'none',
    origin: url !== null && /^https?:$/.test(url.protocol) ? url.origin : UNKNOWN_ORIGIN,
  };
}

function nothingExported(tape: string, format: string, skips: ReadonlyMap<ExportSkip, number>): UserError {
  const reasons = [...skips].map(([reason, n]) => exportSkipText(reason, n, 'en'));
  return new UserError(
    reasons.length === 0
      ? `${tape} has no recorded requests: record or import some`
      : `nothing on ${tape} can be written as ${format} (${reasons.join('; ')}): choose another --format`,
  );
}
