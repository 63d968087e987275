import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/**
 * stderr without waiting: a stopped terminal, an unread pipe and a full disk must not hold this thread up
 * or end the process. What cannot be written is dropped and counted.
 */

/** Of text that waits for a slow reader, characters. */
const MAX_WAITING = 64 * 1024;

/** How often a reader that was too slow is tried again, ms. */
const RETRY_MS = 50;

/** How long the last words wait for a slow reader, ms. */
const LAST_WORDS_MS = 200;

/** Writes some of the bytes and gives how many; throws as `writeSync`. */
type Sink = (bytes: Buffer) => number;

let sink: Sink | null = null;
let waiting: Buffer = Buffer.alloc(0);
let retrying = false;
let dropped = 0;

/** Lines that could not be written since the start. */
export function droppedLines(): number {
  return dropped;
}

/** Writes text to stderr, now or when its reader is ready, or drops it. Never waits and never throws. */
export function writeStderr(text: string): void {
  const bytes = Buffer.from(text);
  if (waiting.length + bytes.length > MAX_WAITING) {
    drop(bytes);
    return;
  }
  waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes]);
  flush();
}

/** Writes to another place than stderr from now on, null for stderr again. */
export function divertStderr(to: ((bytes: Buffer) => number) | null): void {
  sink = to;
}

/** Gives the last words a moment. Call it before the process ends. */
export function flushStderr(): void {
  const until = performance.now() + LAST_WORDS_MS;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (waiting.length > 0 && performance.now() < until) {
    flush();
    if (waiting.length > 0) Atomics.wait(pause, 0, 0, 10);
  }
}

function flush(): void {
  sink ??= openSink();
  while (waiting.length > 0) {
    try {
      waiting = waiting.subarray(sink(waiting));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
        if (!retrying) setTimeout(retry, RETRY_MS).unref();
        retrying = true;
        return;
      }
      drop(waiting);
      waiting = Buffer.alloc(0);
    }
  }
}

function retry(): void {
  retrying = false;
  flush();
}

function drop(bytes: Buffer): void {
  dropped += bytes.toString('latin1').split('\n').length - 1 || 1;
}

/** Pipes and terminals are opened anew, since the non-blocking flag would be shared with the process that passed them to us. */
function openSink(): Sink {
  // A broken stream of Node's own, which others may write to, ends nothing either.
  process.stderr.on('error', () => undefined);
  try {
    const stat = fstatSync(2);
    if (stat.isFile()) return (bytes) => writeSync(2, bytes);
    if (stat.isFIFO() || stat.isCharacterDevice()) {
      const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
      const fd = openSync('/proc/self/fd/2', O_WRONLY | O_NONBLOCK | O_NOCTTY);
      return (bytes) => writeSync(fd, bytes);
    }
  } catch (error) {
    // The reader of a pipe has gone.
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') return (bytes) => writeSync(2, bytes);
  }
  // A socket, or a system without /proc: Node's stream waits in memory.
  return (bytes) => {
    if (process.stderr.writableLength > MAX_WAITING) throw new Error('stderr is not read');
    process.stderr.write(`${bytes}`);
    return bytes.length;
  };
}
