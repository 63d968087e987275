/** stdout is data, stderr is talk. */

/** Writes data to stdout and waits until it is handed over, so that an exit right after loses nothing. */
export function printData(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      // A reader that closed its pipe (`| head`) has all it wants.
      if (error == null || (error as NodeJS.ErrnoException).code === 'EPIPE') resolve();
      else reject(error);
    });
  });
}

/** Writes one line of talk to stderr. */
export function say(sentence: string): void {
  process.stderr.write(`reprise: ${sentence}\n`);
}

/** How often a progress line is written, ms: in place on a terminal, as lines of their own elsewhere. */
const IN_PLACE_MS = 200;
const AS_LINES_MS = 5_000;

/** A progress line on stderr; the text is only asked for when it is due. */
export interface ProgressLine {
  stop(): void;
}

/** Shows `text()` until stopped. */
export function showProgress(text: () => string): ProgressLine {
  const inPlace = process.stderr.isTTY === true;
  const timer = setInterval(
    () => {
      process.stderr.write(inPlace ? `\r\x1b[2K${text()}` : `${text()}\n`);
    },
    inPlace ? IN_PLACE_MS : AS_LINES_MS,
  );
  return {
    stop() {
      clearInterval(timer);
      if (inPlace) process.stderr.write('\r\x1b[2K');
    },
  };
}
