import { systemFingerprint } from '../../chat/answers/read-answer.ts';
import { systemTimers } from '../../model/clock.ts';
import type { LoadSpec, SentLoad, WorkerShare } from '../../replay/engine/load-spec.ts';
import { openSender, type Sender } from '../../replay/engine/open-sender.ts';
import { openTapeQueue, type TapeConnection } from '../../store/tape-queue.ts';

/** What a share of a load was, and what the first response with a body called its server; null where it had no name. */
export interface SentShare extends SentLoad {
  readonly fingerprint: string | null;
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
  /** Ends whatever is under way: the opening, the warm-up, the run. */
  stop(): void;
  close(): void;
}

export function createShareSender(): ShareSender {
  const stop = new AbortController();
  const { signal } = stop;
  let opened: Sender | null = null;

  function sender(): Sender {
    if (opened === null) throw new Error('the sender was not opened');
    return opened;
  }

  return {
    async open(spec, share) {
      opened = await openSender(spec, share, systemTimers, signal);
    },
    warmUp: () => sender().warmUp(signal),
    refresh: () => sender().refresh(signal),
    async run(startedUs, runId, tape) {
      const queue = openTapeQueue(tape);
      const results = queue.resultSink(runId);
      let fingerprint: string | null | undefined;
      const sink: typeof results = {
        addAll(batch) {
          for (const { answer } of batch) {
            if (fingerprint !== undefined) break;
            if (answer.status === 200 && answer.body !== null) fingerprint = systemFingerprint(answer.body);
          }
          results.addAll(batch);
        },
      };
      try {
        const sent = await sender().run(startedUs, sink, signal);
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
