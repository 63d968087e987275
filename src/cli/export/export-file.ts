import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Encoder, ExportSkip, OutgoingExchange } from '../../formats/writing/encoder.ts';
import { ENCODERS } from '../../formats/writing/table.ts';
import { arrivalKind, type Capture } from '../../model/capture.ts';
import type { Exchange } from '../../model/exchange.ts';
import { EXIT, UserError } from '../../model/user-error.ts';
import { jsonText } from '../../report/json.ts';
import { counted } from '../../report/messages/catalogue.ts';
import { openTape, type TapeReader } from '../../store/tape-reader.ts';
import type { CommandResult } from '../command.ts';
import { type OutputPieces, openOutputFile } from '../output-file.ts';
import { listenForStop, say } from '../terminal/terminal.ts';
import type { ExportSettings } from './export-settings.ts';

const SKIP_TEXTS: Readonly<Record<ExportSkip, string>> = {
  noBody: 'the tape does not have their bodies',
  cut: 'the tape has only the beginning of their bodies',
  notJson: 'their bodies are no JSON object in UTF-8',
  noText: 'no text of a user is in them',
};

/**
 * Writes the recorded requests of a tape as a file of another tool, one at a time: neither is ever whole in memory. The
 * file is there only when it is whole.
 * @throws UserError (as a rejection) for a tape that cannot be read, a file that cannot be written, and where nothing can be exported
 */
export async function exportFile({
  tape: path,
  format,
  out,
  force,
  json,
}: ExportSettings): Promise<CommandResult> {
  const tape = openTape(path);
  const stop = listenForStop(() => say('stopping: no file is written'));
  try {
    const encoder = ENCODERS[format];
    const pieces = openOutputFile('--out', out, force).start();
    const skips = new Map<ExportSkip, number>();
    let exchanges = 0;
    let isDone = false;
    try {
      exchanges = await writeRecords(tape, encoder, pieces, skips, stop.signal);
      if (exchanges === 0 && !stop.signal.aborted) throw nothingExported(path, format, skips);
      isDone = !stop.signal.aborted;
    } finally {
      if (isDone) pieces.close();
      else pieces.discard();
    }
    if (!isDone) return { exitCode: EXIT.interrupted };
    for (const [reason, n] of skips) say(`skipped ${counted(n, 'request')}: ${SKIP_TEXTS[reason]}`);
    say(`wrote ${counted(exchanges, 'request')} to ${out} (${format}); not in the file: ${encoder.loses}`);
    const document = { format, out, exchanges, skipped: Object.fromEntries(skips) };
    return json ? { data: jsonText(document) } : {};
  } finally {
    stop.dispose();
    tape.close();
  }
}

/** Bytes that are gathered before they are written. */
const PIECE_BYTES = 1024 * 1024;

/** Gives the number of records. */
async function writeRecords(
  tape: TapeReader,
  { frame, encode }: Encoder,
  pieces: OutputPieces,
  skips: Map<ExportSkip, number>,
  signal: AbortSignal,
): Promise<number> {
  const outgoing = outgoingReader(tape);
  let held: Uint8Array[] = [Buffer.from(frame.start)];
  let bytes = 0;
  let records = 0;
  const between = Buffer.from(frame.between);
  for (const exchange of tape.exchanges()) {
    const body = outgoing(exchange);
    const record = typeof body === 'string' ? body : encode(body);
    if (typeof record === 'string') {
      skips.set(record, (skips.get(record) ?? 0) + 1);
      continue;
    }
    held.push(...(records++ === 0 ? [record] : [between, record]));
    bytes += record.length;
    if (bytes < PIECE_BYTES) continue;
    pieces.write(Buffer.concat(held));
    held = [];
    bytes = 0;
    // Signals arrive between two turns.
    await nextTurn();
    if (signal.aborted) return records;
  }
  pieces.write(Buffer.concat([...held, Buffer.from(frame.end)]));
  return records;
}

/** Says of an exchange what its capture says of it as well. */
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
    const { startedUs = 0, isTimed = true, origin = UNKNOWN_ORIGIN } = captures.get(exchange.captureId) ?? {};
    const wallUs = startedUs + (isTimed ? exchange.arrivedUs : 0);
    return {
      exchange,
      body,
      wallUs,
      sinceStartUs: isTimed ? wallUs - startUs : null,
      origin,
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
    isTimed: arrivalKind(capture) !== 'none',
    origin: url !== null && /^https?:$/.test(url.protocol) ? url.origin : UNKNOWN_ORIGIN,
  };
}

function nothingExported(tape: string, format: string, skips: ReadonlyMap<ExportSkip, number>): UserError {
  const reasons = [...skips].map(([reason, n]) => `${counted(n, 'request')}: ${SKIP_TEXTS[reason]}`);
  return new UserError(
    reasons.length === 0
      ? `${tape} has no recorded requests: record or import some`
      : `nothing on ${tape} can be written as ${format} (${reasons.join('; ')}): choose another --format`,
  );
}
