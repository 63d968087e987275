import type { TextRequest } from '../../formats/wrk/http-text.ts';
import type { OpenedScript } from '../../formats/wrk/script-protocol.ts';
import type { ScriptThread } from '../../formats/wrk/script-thread.ts';
import type { Give } from '../../replay/engine/request-source.ts';
import type { ReplayableRequest } from '../../replay/plan/replayable.ts';
import type { ConnectionSlot } from '../../replay/plan/threads.ts';
import type { LiveRequests } from '../replay/senders/share-sender.ts';
import { replayable } from './script-tape.ts';

/** Distinct texts of which equal ones are found again. */
const MOST_KNOWN = 100_000;

/**
 * Requests that a script gives while the run is on. Its Lua runs on another thread; each request costs a message there and
 * back.
 * @param write puts the requests on the tape and gives their ids there, in order
 * @param onFailure called once, when the script fails or has ended the program
 */
export function createLiveRequests(
  script: ScriptThread,
  { functions }: OpenedScript,
  write: (requests: readonly TextRequest[]) => readonly number[],
  onFailure: (error: unknown) => void,
): LiveRequests & { close(): void } {
  const hasDelay = functions.includes('delay');
  const hasResponse = functions.includes('response');
  const texts: TextRequest[] = [];
  const requests: ReplayableRequest[] = [];
  const known = new Map<string, number>();
  const pauses = new Set<NodeJS.Timeout>();
  let seq = 0;
  let isClosed = false;

  function fail(error: unknown): void {
    if (isClosed) return;
    isClosed = true;
    onFailure(error);
  }

  function numberOf(request: TextRequest): number {
    const key = request.head + Buffer.from(request.body).toString('latin1');
    const found = known.get(key);
    if (found !== undefined) return found;
    const number = texts.push(request) - 1;
    requests.push(replayable(request, number));
    if (known.size < MOST_KNOWN) known.set(key, number);
    return number;
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        pauses.delete(timer);
        resolve();
      }, ms);
      pauses.add(timer);
    });
  }

  async function ask({ thread }: ConnectionSlot, give: Give): Promise<void> {
    const ms = hasDelay ? await script.delay(thread) : 0;
    if (ms > 0) await pause(ms);
    if (isClosed) return;
    const next = await script.next(thread);
    if (next === null) {
      give(null);
      return;
    }
    const turns = next.requests.map((request) => ({ request: numberOf(request), thinkUs: 0 }));
    const firstSeq = seq;
    seq += turns.length;
    give({ firstSeq, pass: 0, dueUs: null, turns }, ms * 1e3);
  }

  return {
    source: {
      next(slot, give) {
        ask(slot, give).catch((error: unknown) => {
          fail(error);
          give(null);
        });
      },
      request: (index) => requests[index],
      answered({ thread }, { answer }) {
        const { status, headers, body, transport } = answer;
        if (!hasResponse || status === null || transport !== 'complete') return;
        script.response(thread, status, headers, body ?? new Uint8Array(0)).catch(fail);
      },
    },
    settle(results) {
      const ids = write(texts);
      return results.map((result) => ({ ...result, exchangeId: ids[result.exchangeId] ?? 0 }));
    },
    close() {
      isClosed = true;
      for (const timer of pauses) clearTimeout(timer);
    },
  };
}
