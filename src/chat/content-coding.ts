import {
  BrotliDecompress,
  constants,
  Gunzip,
  Inflate,
  InflateRaw,
  type ZlibError,
  ZstdCompress,
  ZstdDecompress,
} from 'minizlib';
import { headerValue, headerValues } from './headers.ts';

/** A body may come to this much when it is decoded, bytes; a few kilobytes of zeros in brotli are gigabytes. */
export const MAX_DECODED_BYTES = 64 * 1024 * 1024;

/** Why a body, or its rest, cannot be read. */
export type CodingFault = 'unknown coding' | 'corrupt' | 'too large';

/** A body without its content coding, as far as it could be decoded. */
export interface DecodedBody {
  readonly bytes: Uint8Array;
  /** Where in `bytes` each read ends: what a read holds is what its decoding yields. Null where nothing was coded. */
  readonly ends: Uint32Array | null;
  readonly fault: CodingFault | null;
}

/** Decodes one read after the other, each with all that it yields. */
interface Decoder {
  /** @throws ZlibError for bytes that are not of the coding, or come to too much at once */
  push(bytes: Uint8Array): Uint8Array;
  close(): void;
}

const CODINGS: Readonly<Record<string, (limit: number) => Decoder>> = {
  gzip: (limit) => decoderOf(new Gunzip(bounded(limit))),
  'x-gzip': (limit) => decoderOf(new Gunzip(bounded(limit))),
  deflate: inflateDecoder,
  br: (limit) => decoderOf(new BrotliDecompress(bounded(limit))),
  zstd: (limit) => decoderOf(new ZstdDecompress(bounded(limit))),
};

const NO_BYTES = new Uint8Array(0);

/**
 * Takes the content coding off a body (RFC 9110, 8.4). Runs on the thread that asks, and never throws.
 * @param readBytes bytes of each read of the body as it was sent, whose sum may be more than was kept of it
 */
export function decodeBody(
  headers: readonly string[],
  body: Uint8Array,
  readBytes: ArrayLike<number>,
  limit = MAX_DECODED_BYTES,
): DecodedBody {
  const plain: DecodedBody = { bytes: body, ends: null, fault: null };
  if (headerValue(headers, 'content-encoding') === null) return plain;
  const names = headerValues(headers, 'content-encoding')
    .flatMap((value) => value.split(','))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  if (names.length === 0 || body.length === 0) return plain;
  if (!names.every((name) => Object.hasOwn(CODINGS, name))) {
    return { bytes: NO_BYTES, ends: new Uint32Array(readBytes.length), fault: 'unknown coding' };
  }
  // The one that was applied last comes off first.
  const decoders = names.reverse().flatMap((name) => CODINGS[name]?.(limit) ?? []);
  const decoded = decodeReads(decoders, body, endsOf(readBytes, body), limit);
  // Some gateways decode a body and leave its header.
  const isPlain =
    decoded.fault === 'corrupt' && decoded.bytes.length === 0 && /^\s*[{[:dei]/.test(firstText(body));
  return isPlain ? plain : decoded;
}

function decodeReads(
  decoders: readonly Decoder[],
  body: Uint8Array,
  sentEnds: Uint32Array,
  limit: number,
): DecodedBody {
  const pieces: Uint8Array[] = [];
  const ends = new Uint32Array(sentEnds.length);
  let length = 0;
  let fault: CodingFault | null = null;
  let from = 0;
  for (const [i, to] of sentEnds.entries()) {
    if (fault === null) {
      try {
        const piece = decoders.reduce((bytes, decoder) => decoder.push(bytes), body.subarray(from, to));
        pieces.push(piece);
        length += piece.length;
        if (length > limit) fault = 'too large';
      } catch (error) {
        fault = (error as ZlibError).code === 'ERR_BUFFER_TOO_LARGE' ? 'too large' : 'corrupt';
      }
    }
    ends[i] = length;
    from = to;
  }
  for (const decoder of decoders) decoder.close();
  return { bytes: Buffer.concat(pieces, length), ends, fault };
}

/** Where each read of a body ends in its decoded bytes. */
export function readEnds({ bytes, ends }: DecodedBody, readBytes: ArrayLike<number>): Uint32Array {
  return ends ?? endsOf(readBytes, bytes);
}

/** Where each read ends; reads of a body that was cut go on behind its end. */
function endsOf(readBytes: ArrayLike<number>, body: Uint8Array): Uint32Array {
  const ends = new Uint32Array(readBytes.length);
  let at = 0;
  for (let i = 0; i < ends.length; i++) {
    at = Math.min(body.length, at + (readBytes[i] ?? 0));
    ends[i] = at;
  }
  return ends;
}

function firstText(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, 16)).toString('latin1');
}

/** Of what one write yields; passed on to Node's own stream, though minizlib's types do not know it. */
function bounded(maxOutputLength: number): object {
  return { maxOutputLength };
}

/** minizlib's streams give what a write yields before it returns. */
function decoderOf(stream: Gunzip | Inflate | InflateRaw | BrotliDecompress | ZstdDecompress): Decoder {
  let pieces: Uint8Array[] = [];
  let failure: unknown = null;
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  stream.on('error', (error: unknown) => {
    failure ??= error;
  });
  return {
    push(bytes) {
      pieces = [];
      if (bytes.length > 0) stream.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
      if (failure !== null) throw failure;
      return pieces.length === 1 ? (pieces[0] ?? NO_BYTES) : Buffer.concat(pieces);
    },
    close: () => stream.close(),
  };
}

/** What the header calls deflate is in a zlib wrapper (RFC 9110, 8.4.1.2), but for some servers. The second byte shows which. */
function inflateDecoder(limit: number): Decoder {
  let held: Uint8Array = NO_BYTES;
  let decoder: Decoder | null = null;
  return {
    push(bytes) {
      if (decoder !== null) return decoder.push(bytes);
      held = Buffer.concat([held, bytes]);
      const [first = 0, second] = held;
      if (second === undefined) return NO_BYTES;
      const isWrapped = (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
      decoder = decoderOf(isWrapped ? new Inflate(bounded(limit)) : new InflateRaw(bounded(limit)));
      return decoder.push(held);
    },
    close: () => decoder?.close(),
  };
}

/**
 * Compresses one body after another, each as a frame of zstd. All share one context: to make one for each body, as Node
 * does, takes as long again as to compress a body of a few hundred bytes, and leaves 100 MiB behind.
 */
export function createZstdCompressor(): (bytes: Uint8Array) => Buffer {
  const stream = new ZstdCompress({});
  let pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  return (bytes) => {
    pieces = [];
    stream.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    stream.flush(END_OF_FRAME);
    return pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
  };
}

const END_OF_FRAME = Number(constants.ZSTD_e_end);
