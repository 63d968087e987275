import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../model/user-error.ts';
import { visibleText } from '../model/visible-text.ts';
import { refuseJournalName } from '../store/journal.ts';
import { text } from './option-values.ts';
import { flag, value } from './options.ts';
import { say } from './terminal/terminal.ts';

/** A file that is being written. */
export interface OutputPieces {
  write(bytes: Uint8Array): void;
  close(): void;
  /** Ends the writing and leaves no half of a file: a new one is removed, another one empty. */
  discard(): void;
}

export const FORCE_OPTION = flag('--force', 'overwrite existing output files; a tape is never overwritten');

/** Options of commands that read a tape: their output goes to a file instead of stdout. */
export const OUT_OPTIONS = {
  out: value('--out <file>', 'output file (default: stdout)', text),
  force: FORCE_OPTION,
};

/** Options of commands that make runs, whose `--out` is a tape: the summary goes to files beside what they print. */
export const PAGE_FILE_OPTIONS = {
  markdown: value('--markdown <file>', 'also write the summary to this file', text),
  html: value('--html <file>', 'also write the summary as a page to this file', text),
  force: FORCE_OPTION,
};

/** A page shows what people said, as the tape does. */
const FILE_MODE = 0o600;

/** How SQLite's databases, rollback journals and write-ahead logs begin, in latin1. */
const TAPE_STARTS = [
  'SQLite format 3\0',
  '\xd9\xd5\x05\xf9\x20\xa1\x63\xd7',
  '\x37\x7f\x06\x82',
  '\x37\x7f\x06\x83',
];

/**
 * Prepares a file for output, which only its owner can read, before the work whose result goes there. One with something in
 * it is kept unless `force` is set; a tape, what lies beside one, a link, a pipe or a device are never written to.
 * @param option the option that names the file, for messages
 * @throws UserError
 */
export function openOutputFile(option: string, path: string, force: boolean) {
  const at = `${option} ${path}`;
  const attempt = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      if (error instanceof UserError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      throw new UserError(`${at} cannot be written (${code}): give a file in a folder that exists`);
    }
  };
  const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDWR } = constants;
  const existing = attempt(() => {
    refuseJournalName(path, at);
    const file = openExisting();
    if (file === null) {
      accessSync(dirname(path), constants.W_OK);
      return null;
    }
    try {
      if (!fstatSync(file).isFile()) throw notAFile('not a regular file');
      requireReplaceable(file, at, force);
      return file;
    } catch (error) {
      closeSync(file);
      throw error;
    }
  });

  function notAFile(what: string): UserError {
    return new UserError(`${at} is ${what}: give the name of a file, or leave ${option} out`);
  }

  function openExisting(): number | null {
    try {
      return openSync(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return null;
      throw code === 'ELOOP'
        ? notAFile('a symbolic link')
        : code === 'EISDIR'
          ? notAFile('not a regular file')
          : error;
    }
  }

  function start(): OutputPieces {
    const file = attempt(() => existing ?? openSync(path, O_RDWR | O_CREAT | O_EXCL, FILE_MODE));
    attempt(() => {
      fchmodSync(file, FILE_MODE);
      ftruncateSync(file, 0);
    });
    return {
      write: (bytes) => attempt(() => writeFileSync(file, bytes)),
      close: () => attempt(() => closeSync(file)),
      discard() {
        ftruncateSync(file, 0);
        closeSync(file);
        if (existing === null) rmSync(path, { force: true });
      },
    };
  }

  return {
    /** The same piece by piece, and of bytes as they are. @throws UserError when it cannot be written */
    start,
    /** Replaces what is in the file. @throws UserError when it cannot be written */
    write(text: string): void {
      const pieces = start();
      pieces.write(Buffer.from(visibleText(text)));
      pieces.close();
    },
  };
}

type OutputFile = ReturnType<typeof openOutputFile>;

/**
 * Where a command's output goes: to stdout as its data, or to the file that --out names, which is opened before the work.
 * @throws UserError
 */
export function openOutput({ out, force }: OutputPlace): (text: string) => { readonly data?: string } {
  if (out === null) return (data) => ({ data });
  const file = openOutputFile('--out', out, force);
  return (text) => {
    file.write(text);
    say(`wrote ${out}`);
    return {};
  };
}

/** A file in place of stdout; null for stdout. */
export interface OutputPlace {
  readonly out: string | null;
  /** An existing file may be overwritten. */
  readonly force: boolean;
}

/**
 * The files that --markdown and --html name. They are opened before the work, so that one that cannot be written is reported
 * now rather than after hours.
 * @throws UserError
 */
export function openPageFiles({ markdown, html, force }: PageFiles): {
  write(pages: { markdown(): string; html(): string }): void;
} {
  const open = (option: string, path: string | null): OutputFile | null =>
    path === null ? null : openOutputFile(option, path, force);
  const files = { markdown: open('--markdown', markdown), html: open('--html', html) };
  return {
    write(pages) {
      files.markdown?.write(pages.markdown());
      files.html?.write(pages.html());
    },
  };
}

/** Files for a summary besides stdout; null for none. */
export interface PageFiles {
  readonly markdown: string | null;
  readonly html: string | null;
  /** An existing file may be overwritten. */
  readonly force: boolean;
}

function requireReplaceable(file: number, at: string, force: boolean): void {
  if (fstatSync(file).size === 0) return;
  const head = Buffer.alloc(16);
  readSync(file, head, 0, head.length, 0);
  if (TAPE_STARTS.some((start) => head.toString('latin1').startsWith(start))) {
    throw new UserError(`${at} is a tape or another database: give another name`);
  }
  if (!force) throw new UserError(`${at} exists already: give another name, or --force to overwrite it`);
}
