import { EXIT } from '../../model/user-error.ts';

/** Ctrl-C, twice: the first asks to stop and keep what was done, the second ends the process at once. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** Gives the signals back to Node. */
  dispose(): void;
}

/** Listens for SIGINT and SIGTERM; `notice` is told of the first one, for stderr. */
export function listenForStop(notice: (sentence: string) => void): StopSignal {
  const controller = new AbortController();
  function onSignal(): void {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    notice('stopping, keeping what was done; press Ctrl-C again to end at once');
    controller.abort();
  }
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    dispose() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
