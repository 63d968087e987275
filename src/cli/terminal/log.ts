import type { LiveText } from './live-text.ts';
import { say, showProgress } from './terminal.ts';

/** What a command that runs for long says on stderr: sentences for people, or one JSON object a line for machines. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Tells again and again how things stand until the function it gives is called. */
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

function jsonLog(): Log {
  const write = (
    level: 'info' | 'warn',
    message: string,
    fields: Readonly<Record<string, unknown>> = {},
  ): void => {
    const entry = { time: new Date().toISOString(), level, message, ...fields };
    process.stderr.write(`${JSON.stringify(entry)}\n`);
  };
  return {
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    progress(status) {
      const timer = setInterval(() => write('info', 'status', status().fields), STATUS_EVERY_MS);
      return () => clearInterval(timer);
    },
  };
}
