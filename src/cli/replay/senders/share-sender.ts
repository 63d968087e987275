import { systemFingerprint } from '../../../chat/answers/read-answer.ts';
import { systemTimers } from '../../../model/clock.ts';
import type { RawResult } from '../../../model/result.ts';
import type { LoadSpec, SentLoad, WorkerShare } from '../../../replay/engine/load-spec.ts';
import type { RequestSource } from '../../../replay/engine/request-source.ts';
import { Sender } from '../../../replay/engine/sender.ts';
import { openTapeQueue, type TapeConnection } from '../../../store/writing/tape-queue.ts';

/** What a share of a load was, and what the first response with a body called its server; null where it had no name. */
export interface SentShare extends SentLoad {
  readonly fingerprint: string | null;
}

/** Requests that are made while the run is on, for a load that one thread sends. */
export interface LiveRequests {
  readonly source: RequestSource;
  /** Puts the requests on the tape when all are known, and gives the results with the ids that they have there. */
  settle(results: readonly RawResult[]): readonly RawResult[];
}

/** What sends one share of a load, on this thread or on one of several; called in the order in which it is written here. */
export interface ShareSender {
  /** @throws UserError (as a rejection) when the target cannot be reached */
  open(spec: LoadSpec, share: WorkerShare): Promise<void>;
  warmUp(): Promise<void>;
  /** @throws UserError (as a rejection) when the target cannot be reached any more */
  refresh(): Promise<void>;
  /**
   * Sends the load; its results are on the tape when this resolves, or counted as lost.
   * @param startedUs monotonic instant that is the zero of all results, a moment ahead
   */
  run(startedUs: number, runId: number, tape: TapeConnection): Promise<SentShare>;
  /** Aborts the current step: opening, warm-up or run. */
  stop(): void;
  close(): void;
}

export function createShareSender(live: LiveRequests | null = null): ShareSender {
  const stop = new AbortController();
  const { signal } = stop;
  let opened: Sender | null = null;

  function sender(): Sender {
    if (opened === null) throw new Error('the sender was not opened');
    return opened;
  }

  return {
    async open(spec, share) {
      opened = new Sender(spec, share, systemTimers, live?.source);
      await opened.open(signal);
    },
    warmUp: () => sender().warmUp(signal),
    refresh: () => sender().open(signal),
    async run(startedUs, runId, tape) {
      const queue = openTapeQueue(tape);
      const results = queue.resultSink(runId);
      const held: RawResult[] = [];
      let fingerprint: string | null | undefined;
      const sink: typeof results = {
        addAll(batch) {
          for (const { answer } of batch) {
            if (fingerprint !== undefined) break;
            if (answer.status === 200 && answer.body !== null) fingerprint = systemFingerprint(answer.body);
          }
          if (live === null) results.addAll(batch);
          else held.push(...batch);
        },
      };
      try {
        const sent = await sender().run(startedUs, sink, signal);
        if (live !== null) results.addAll(live.settle(held));
        await queue.flush();
        return { ...sent, fingerprint: fingerprint ?? null };
      } finally {
        queue.close();
      }
    },
    stop: () => stop.abort(),
    close() {
      stop.abort();
      opened?.close();
    },
  };
}
