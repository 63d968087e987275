import type { TextRequest } from './http-text.ts';

/** A script and the settings of wrk's command line for it. */
export interface ScriptSpec {
  /** The script as it was named, and its bytes; null for wrk without a script. */
  readonly script: { readonly file: string; readonly source: Uint8Array } | null;
  readonly url: ScriptUrl;
  /** Raw pairs of `-H`. */
  readonly headers: readonly string[];
  /** The words after the URL. */
  readonly args: readonly string[];
  readonly threads: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The current folder; files in it and beside the script can be read. */
  readonly folder: string;
}

/** A URL in wrk's parts. */
export interface ScriptUrl {
  readonly text: string;
  readonly scheme: string;
  readonly host: string;
  /** Empty where the URL has none. */
  readonly port: string;
  /** With query and fragment, as wrk sends it. */
  readonly path: string;
}

/** wrk's functions that a script can have. */
export type ScriptFunction = 'request' | 'response' | 'delay' | 'done';

export interface OpenedScript {
  readonly functions: readonly ScriptFunction[];
  /** `IP:PORT` that the script chose for each thread; null for the URL's. */
  readonly addresses: readonly (string | null)[];
}

/** What each thread sends, made before the run. */
export interface PreparedRequests {
  /** Each once. */
  readonly requests: readonly TextRequest[];
  /** Of each thread: the texts that it sends one after the other, over and over; of each the numbers of its requests. */
  readonly sequences: readonly (readonly (readonly number[])[])[];
  /** The sequences do not repeat by themselves: the script would have given more than these. */
  readonly isCut: boolean;
}

/** How much is made before a run. */
export interface PrepareBounds {
  readonly calls: number;
  readonly bytes: number;
  readonly ms: number;
}

/** A thread's next text, asked for while the run is on; null when the script has stopped the thread. */
export interface NextText {
  readonly requests: readonly TextRequest[];
}

/** wrk's samples for `done`. */
export interface ScriptStats {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stdev: number;
  readonly count: number;
  /** In rising order, each once. */
  readonly values: Float64Array;
  /** Of each value. */
  readonly times: Float64Array;
}

export interface ScriptSummary {
  /** Microseconds. */
  readonly duration: number;
  readonly requests: number;
  readonly bytes: number;
  readonly errors: Readonly<Record<'connect' | 'read' | 'write' | 'status' | 'timeout', number>>;
}

/** What the thread with Lua does. Every method throws a UserError when the script fails. */
export interface ScriptMethods {
  open(spec: ScriptSpec): OpenedScript;
  /** @returns null when what is sent depends on answers or the time: then it cannot be made before */
  prepare(bounds: PrepareBounds): PreparedRequests | null;
  /** Milliseconds that a connection of the thread waits before its next request. */
  delay(thread: number): number;
  next(thread: number): NextText | null;
  response(thread: number, status: number, headers: readonly string[], body: Uint8Array): void;
  done(summary: ScriptSummary, latency: ScriptStats, requests: ScriptStats): void;
}

/** What it reports on its own. */
export interface ScriptEvents {
  printed(stream: 'stdout' | 'stderr', text: Uint8Array): void;
  exited(code: number): void;
  /** It wrote a file, which is in memory only. */
  wrote(path: string): void;
}
