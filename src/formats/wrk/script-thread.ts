import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { openRemote } from '../../model/remote.ts';
import { UserError } from '../../model/user-error.ts';
import type { ScriptEvents, ScriptMethods } from './script-protocol.ts';

/** A script's methods as other threads call them. */
export type RemoteScript = {
  readonly [K in keyof ScriptMethods]: (
    ...args: Parameters<ScriptMethods[K]>
  ) => Promise<ReturnType<ScriptMethods[K]>>;
};

/** A script on a thread that can be ended. */
export interface ScriptThread extends RemoteScript {
  /** The code that the script has ended wrk with; null while it has not. */
  readonly exitCode: () => number | null;
  close(): Promise<void>;
}

/** How long a call may take, ms: a script that reads a large file at its start may take longer. */
const LIMITS = { answerMs: 5_000, openMs: 60_000 } as const;

/**
 * Starts the thread for one script. A call that is not answered in time ends the thread, for a loop without end can be
 * stopped in no other way; that call, and every later one, throws a UserError.
 */
export function startScript(
  file: string,
  given: ScriptEvents,
  limits: { readonly answerMs: number; readonly openMs: number } = LIMITS,
): ScriptThread {
  const worker = new Worker(new URL(`./script.worker${extname(import.meta.url)}`, import.meta.url));
  let exitCode: number | null = null;
  const events: ScriptEvents = {
    ...given,
    exited(code) {
      exitCode ??= code;
      given.exited(code);
    },
  };
  const remote = openRemote<ScriptMethods>(worker, events, 'the thread of the script');
  let hung: UserError | null = null;

  async function call<K extends keyof ScriptMethods>(
    name: K,
    ...args: Parameters<ScriptMethods[K]>
  ): Promise<ReturnType<ScriptMethods[K]>> {
    const ms = name === 'open' || name === 'prepare' ? limits.openMs : limits.answerMs;
    const timer = setTimeout(() => {
      const what = name === 'open' ? 'it' : name === 'prepare' || name === 'next' ? 'request()' : `${name}()`;
      hung = new UserError(`${file}: ${what} has not ended after ${ms / 1e3} s`, {
        remedy: 'look for a loop without end',
      });
      void worker.terminate();
    }, ms);
    try {
      return (await remote.call(name, ...args)) as ReturnType<ScriptMethods[K]>;
    } catch (error) {
      throw hung ?? error;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    open: (...args) => call('open', ...args),
    prepare: (...args) => call('prepare', ...args),
    delay: (...args) => call('delay', ...args),
    next: (...args) => call('next', ...args),
    response: (...args) => call('response', ...args),
    done: (...args) => call('done', ...args),
    exitCode: () => exitCode,
    async close() {
      await worker.terminate();
    },
  };
}
