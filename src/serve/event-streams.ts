import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Language } from '../report/messages/languages.ts';
import { liveMarkup } from './pages/live-page.ts';
import type { LiveView } from './shelf.ts';

/** Browsers that follow what is running. */
export interface EventStreams {
  /** False where there are too many: the response is then untouched. */
  add(response: ServerResponse, language: Language, head: OutgoingHttpHeaders): boolean;
  /** Ends every stream at once. */
  close(): void;
}

const MOST_STREAMS = 200;
/** At most one update a second. */
const EVERY_MS = 1_000;
/** A browser that does not read is let go at this many waiting bytes. */
const MOST_WAITING = 1_000_000;
/** Something is sent at least this often, ms, so that what lies between keeps the connection. */
const SIGN_OF_LIFE_MS = 15_000;

/**
 * One look a second at the tapes serves all streams, and none while there is no stream. Each update holds everything, so a
 * browser that connects again has lost nothing.
 */
export function createEventStreams(look: () => Promise<LiveView>): EventStreams {
  const streams = new Map<ServerResponse, { readonly language: Language; last: string; lastMs: number }>();
  let timer: NodeJS.Timeout | null = null;
  let number = 0;

  function next(): void {
    timer ??= streams.size === 0 ? null : setTimeout(tick, EVERY_MS);
  }

  function tick(): void {
    void look()
      .then(send, () => undefined)
      .then(() => {
        timer = null;
        next();
      });
  }

  function send(view: LiveView): void {
    number += 1;
    const texts = new Map<Language, string>();
    for (const [response, stream] of streams) {
      if (response.writableLength > MOST_WAITING) {
        response.destroy();
        continue;
      }
      const { language } = stream;
      const data = texts.get(language) ?? JSON.stringify(liveMarkup(view, language));
      texts.set(language, data);
      if (data === stream.last && view.atMs - stream.lastMs < SIGN_OF_LIFE_MS) continue;
      response.write(`id: ${number}\ndata: ${data}\n\n`);
      Object.assign(stream, { last: data, lastMs: view.atMs });
    }
  }

  return {
    add(response, language, head) {
      if (streams.size >= MOST_STREAMS) return false;
      response.writeHead(200, head);
      streams.set(response, { language, last: '', lastMs: 0 });
      response.on('close', () => {
        streams.delete(response);
      });
      // After a lost connection a browser waits this long, ms.
      response.write('retry: 1000\n\n');
      next();
      return true;
    },
    close() {
      if (timer !== null) clearTimeout(timer);
      for (const response of streams.keys()) response.destroy();
    },
  };
}
