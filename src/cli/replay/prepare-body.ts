import { bodyText, utf8Body } from '../../chat/body-text.ts';
import { type PrefixHashes, prefixHashes } from '../../chat/prefix-hashes.ts';
import { type ReplayBody, type RewriteOptions, rewriteBody } from '../../chat/rewrite-request.ts';
import type { Exchange } from '../../model/exchange.ts';
import { parseObject } from '../../model/json.ts';
import type { SkipReason } from '../../model/traffic-note.ts';
import { whyBodyNotReplayable } from '../../replay/plan/replayable.ts';
import type { TapeReader } from '../../store/tape-reader.ts';

/** What a recorded body says of its conversation, and what becomes of it in a replay. */
export interface PreparedBody extends ReplayBody {
  readonly hashes: PrefixHashes | null;
  /** It is JSON as it lies on the tape, whatever coding its headers name. */
  readonly isJson: boolean;
  /** Why it cannot be sent again; null when it can. */
  readonly why: SkipReason | null;
}

/** Reads and rewrites the bodies of a tape; equal ones are read, and held, once, in memory that threads share. */
export function bodyPreparation(
  tape: Pick<TapeReader, 'body'>,
  options: RewriteOptions,
): (exchange: Exchange, bodyId: number) => PreparedBody {
  const keep = createSharedBytes();
  const prepared = new Map<string, PreparedBody>();
  return (exchange, bodyId) => {
    const { path, outcome, completionTokens, tokenSource, finishReason } = exchange;
    // The bytes that are sent depend on how the exchange ended only where its length is to come again.
    const ended = options.lengths === 'free' ? [] : [outcome, completionTokens, tokenSource, finishReason];
    const key = [bodyId, path, ...ended].join(' ');
    const known = prepared.get(key);
    if (known !== undefined) return known;
    const bytes = utf8Body(tape.body(bodyId) ?? new Uint8Array(0));
    const document = parseObject(bodyText(bytes));
    const rewritten = rewriteBody({ path, bytes, document }, exchange, options);
    const made = {
      ...rewritten,
      bytes: keep(rewritten.bytes),
      isJson: document !== null,
      hashes: document === null ? null : prefixHashes(path, document),
      why: document === null ? null : whyBodyNotReplayable(document),
    };
    prepared.set(key, made);
    return made;
  };
}

/** Bytes that are taken from the system at once. */
const SLAB_BYTES = 8 * 1024 * 1024;

/**
 * Copies bytes into memory that all threads see: a hundred thousand bodies lie there once, one after another, however
 * many threads send them.
 */
export function createSharedBytes(slabBytes: number = SLAB_BYTES): (bytes: Uint8Array) => Uint8Array {
  let slab = new SharedArrayBuffer(0);
  let used = 0;
  return (bytes) => {
    if (used + bytes.length > slab.byteLength) {
      slab = new SharedArrayBuffer(Math.max(slabBytes, bytes.length));
      used = 0;
    }
    const place = new Uint8Array(slab, used, bytes.length);
    place.set(bytes);
    used += bytes.length;
    return place;
  };
}
