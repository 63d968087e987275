import type { IncomingMessage } from 'node:http';

/** As long as a second sending is possible, ms. */
const KEEP_MS = 100;

/** A request's body, kept for the one case in which it may be sent a second time. */
export interface KeptBody {
  possible(): boolean;
  /** Forgets the body. */
  release(): void;
  releaseLater(): void;
  /** Gives the whole body when all of it has come, or says that it has become too large to be kept. */
  whenWhole(send: (pieces: readonly Buffer[]) => void, tooLarge: () => void): void;
}

/** @param maxBytes a larger body is not kept */
export function keptBody(request: IncomingMessage, maxBytes: number): KeptBody {
  let pieces: Buffer[] | null = Number(request.headers['content-length'] ?? 0) > maxBytes ? null : [];
  let bytes = 0;
  let timer: NodeJS.Timeout | null = null;

  function release(): void {
    pieces = null;
    if (timer !== null) clearTimeout(timer);
  }

  request.on('data', (piece: Buffer) => {
    if (pieces === null) return;
    bytes += piece.length;
    if (bytes > maxBytes) release();
    else pieces.push(piece);
  });
  return {
    possible: () => pieces !== null,
    release,
    releaseLater() {
      timer = setTimeout(release, KEEP_MS);
    },
    whenWhole(send, tooLarge) {
      if (timer !== null) clearTimeout(timer);
      const settle = (): void => (pieces === null ? tooLarge() : send(pieces));
      if (request.complete) {
        settle();
        return;
      }
      // The failed attempt has unpiped the request and with that paused it.
      request.once('end', settle);
      request.resume();
    },
  };
}
