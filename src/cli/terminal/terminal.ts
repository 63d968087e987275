import type { WriteStream } from 'node:tty';
import { EXIT, type UserError } from '../../model/user-error.ts';
import { visibleLine, visibleText } from '../../model/visible-text.ts';
import { PAGE_WIDTH } from '../../report/plain-text.ts';
import { settingsWithoutSecrets } from '../secrets.ts';
import type { LiveText } from './live-text.ts';
import { writeStderr } from './stderr.ts';

/** stdout is data, stderr is talk. */

/** Writes data to stdout and waits until it is handed over, so that an exit right after loses nothing. */
export function printData(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(visibleText(text), (error) => {
      // A reader that closed its pipe (`| head`) has all it needs.
      if (error == null || (error as NodeJS.ErrnoException).code === 'EPIPE') resolve();
      else reject(error);
    });
  });
}

/**
 * Columns of the terminal that a stream is, or that COLUMNS names: tables keep to it. A file or a pipe has the width of a
 * page.
 */
export function terminalWidth({ isTTY, columns: own }: WriteStream = process.stdout): number {
  const columns = isTTY ? own : Number(process.env.COLUMNS);
  return columns >= NARROWEST ? columns : PAGE_WIDTH;
}

/** Below it no table can be read. */
const NARROWEST = 40;

/** Lines of the display at the end of the terminal now. */
let shownLines = 0;

/** Writes one line of talk to stderr, above a display that is shown in place. */
export function say(sentence: string): void {
  writeStderr(`${erased()}reprise: ${visibleText(sentence)}\n`);
}

/** Writes lines that stay, above a display that is shown in place. */
export function keepLines(lines: readonly string[]): void {
  writeStderr(`${erased()}${lines.map((line) => `${visibleLine(line)}\n`).join('')}`);
}

/** How often progress is written, ms: in place on a terminal, as lines of their own elsewhere. */
const IN_PLACE_MS = 200;
const AS_LINES_MS = 5_000;

/** A display on stderr; the text is only asked for when it is due. */
export interface ProgressDisplay {
  stop(): void;
}

/** Shows `text()` until stopped: its block in place on a terminal, its line every few seconds elsewhere. */
export function showProgress(text: () => Pick<LiveText, 'line' | 'block'>): ProgressDisplay {
  const inPlace = process.stderr.isTTY === true && process.env.TERM !== 'dumb';
  const timer = setInterval(
    () => {
      if (inPlace) drawInPlace(text().block);
      else writeStderr(`${visibleLine(text().line)}\n`);
    },
    inPlace ? IN_PLACE_MS : AS_LINES_MS,
  );
  return {
    stop() {
      clearInterval(timer);
      if (inPlace) writeStderr(erased());
    },
  };
}

function drawInPlace(block: readonly string[]): void {
  // A line that the terminal breaks would be two, and the next drawing would begin one too low. Some say 0 columns.
  const width = (process.stderr.columns || 80) - 1;
  const lines = block.map((line) => [...visibleLine(line)].slice(0, width).join(''));
  const before = erased();
  writeStderr(`${before}${lines.join('\n')}`);
  shownLines = lines.length;
}

/** What takes the display away and leaves the cursor where it began. */
function erased(): string {
  const up = shownLines > 1 ? `\x1b[${shownLines - 1}A` : '';
  const text = shownLines === 0 ? '' : `\r${up}\x1b[J`;
  shownLines = 0;
  return text;
}

/** Ctrl-C, twice: the first asks to stop and keep what was done, the second ends the process at once. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** Gives the signals back to Node. */
  dispose(): void;
}

/** All ask for an end in order; systemd may send SIGHUP right behind SIGTERM, so that it never ends at once. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP'] as const;

/** Listens for the signals that ask for an end; `notice` is called for the first one, for stderr. */
export function listenForStop(notice: (sentence: string) => void): StopSignal {
  const controller = new AbortController();
  function onSignal(name: NodeJS.Signals): void {
    if (controller.signal.aborted) {
      if (name !== 'SIGHUP') process.exit(EXIT.interrupted);
      return;
    }
    notice('stopping, keeping what was done; press Ctrl-C again to end at once');
    controller.abort();
  }
  for (const name of STOP_SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    dispose() {
      for (const name of STOP_SIGNALS) process.off(name, onSignal);
    },
  };
}

/** What a command that runs for long says on stderr: sentences for people, or one JSON object a line for machines. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Reports the status at intervals until the function that it returns is called. */
  progress(status: () => LiveText & { readonly fields: Readonly<Record<string, unknown>> }): () => void;
}

/** How often a status is logged as JSON, ms. */
const STATUS_EVERY_MS = 10_000;

export function createLog(json: boolean): Log {
  return json ? jsonLog() : textLog();
}

function textLog(): Log {
  return {
    info: say,
    warn: say,
    progress(status) {
      const shown = showProgress(status);
      return () => shown.stop();
    },
  };
}

function logEntry(
  level: 'info' | 'warn' | 'error',
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  const entry = { time: new Date().toISOString(), level, message, ...fields };
  writeStderr(`${visibleLine(JSON.stringify(settingsWithoutSecrets(entry)))}\n`);
}

/** Writes an error as an entry of a JSON log. */
export function logError({ message, kind, facts, remedy }: UserError): void {
  logEntry('error', message, { kind, facts, remedy });
}

function jsonLog(): Log {
  return {
    info: (message, fields) => logEntry('info', message, fields),
    warn: (message, fields) => logEntry('warn', message, fields),
    progress(status) {
      const timer = setInterval(() => logEntry('info', 'status', status().fields), STATUS_EVERY_MS);
      return () => clearInterval(timer);
    },
  };
}
