/** What came of some bytes of a chunked body. */
export interface ChunkProgress {
  /** Of the body, without framing. */
  readonly data: Buffer;
  /** How many bytes were taken; those behind them belong to the next request. */
  readonly taken: number;
  readonly end: 'more' | 'complete' | 'invalid';
}

/** Reads one chunked body (RFC 9112, 7.1), strictly: lines end with CR LF. Extensions and trailers are dropped. */
export interface ChunkReader {
  read(bytes: Buffer): ChunkProgress;
}

const CR = 13;
const LF = 10;

/** Of a chunk's size: 2^52 bytes. */
const MAX_DIGITS = 13;

/** Of the extensions of a body's chunks beyond what its data comes to, and of its trailers, bytes. */
const MAX_EXTRA_BYTES = 16 * 1024;

type Place = 'size' | 'extension' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'trailer' | 'trailer-lf';

export function createChunkReader(): ChunkReader {
  let place: Place = 'size';
  let digits = 0;
  let size = 0;
  let extra = 0;
  let lineBytes = 0;

  /** @returns false when the byte may not come here */
  function step(byte: number): boolean {
    switch (place) {
      case 'size':
        return sizeByte(byte);
      case 'extension':
        if (byte === CR) place = 'size-lf';
        extra += 1;
        return byte === CR || isText(byte);
      case 'size-lf':
        place = size === 0 ? 'trailer' : 'data';
        return byte === LF;
      case 'data-cr':
        place = 'data-lf';
        return byte === CR;
      case 'data-lf':
        place = 'size';
        digits = 0;
        return byte === LF;
      case 'trailer':
        if (byte === CR) place = 'trailer-lf';
        else lineBytes += 1;
        extra += 1;
        return byte === CR || isText(byte);
      case 'trailer-lf':
      case 'data':
        return false;
      default:
        return place satisfies never;
    }
  }

  function sizeByte(byte: number): boolean {
    const digit = hexDigit(byte);
    if (digit !== -1) {
      size = digits === 0 ? digit : size * 16 + digit;
      digits += 1;
      return digits <= MAX_DIGITS;
    }
    if (byte === CR) place = 'size-lf';
    else place = 'extension';
    // Blanks before an extension are allowed.
    return digits > 0 && (byte === CR || byte === 0x3b || byte === 0x20 || byte === 9);
  }

  return {
    read(bytes) {
      const data = Buffer.allocUnsafe(bytes.length);
      let length = 0;
      let at = 0;
      const progress = (end: ChunkProgress['end']): ChunkProgress => ({
        data: data.subarray(0, length),
        taken: at,
        end,
      });
      while (at < bytes.length) {
        if (place === 'data') {
          const part = Math.min(size, bytes.length - at);
          if (part === 1) data[length] = bytes[at] ?? 0;
          else bytes.copy(data, length, at, at + part);
          length += part;
          at += part;
          size -= part;
          extra = Math.max(0, extra - part);
          if (size === 0) place = 'data-cr';
          continue;
        }
        const byte = bytes[at] ?? 0;
        if (place === 'trailer-lf') {
          if (byte !== LF) return progress('invalid');
          at += 1;
          if (lineBytes === 0) return progress('complete');
          lineBytes = 0;
          place = 'trailer';
          continue;
        }
        if (!step(byte) || extra > MAX_EXTRA_BYTES) return progress('invalid');
        at += 1;
      }
      return progress('more');
    },
  };
}

/** The value of a hexadecimal digit, -1 for any other byte. */
export function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function isText(byte: number): boolean {
  return byte === 9 || (byte >= 0x20 && byte !== 0x7f);
}
