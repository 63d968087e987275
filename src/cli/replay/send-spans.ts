import { randomBytes } from 'node:crypto';
import { otlpSpans, type SpanRequest } from '../../formats/writing/otlp-spans.ts';
import type { Result } from '../../model/result.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import { toolVersion } from '../provenance.ts';
import { say } from '../terminal/terminal.ts';

/** Spans in one request. */
const BATCH = 500;

/** A collector that takes longer is given up, ms. */
const TIMEOUT_MS = 10_000;

/**
 * Sends the results of runs to a collector as spans (OTLP over HTTP, JSON). Called when nothing is sent to the target any
 * more, so that it delays no request. Never rejects: what could not be sent is said, the results are on the tape.
 * @param collector its base URL; spans go to `/v1/traces` below it
 */
export async function sendSpans(
  collector: URL,
  reader: TapeReader,
  runIds: ReadonlySet<number>,
): Promise<void> {
  const requests = new Map<number, SpanRequest>();
  for (const { id, path, model } of reader.exchanges()) requests.set(id, { path, model });
  const url = new URL(`${collector.pathname.replace(/\/+$/, '')}/v1/traces`, collector);
  let sent = 0;
  let pending: Result[] = [];
  try {
    for (const run of reader.runs().filter(({ id }) => runIds.has(id))) {
      const flush = async (): Promise<void> => {
        const id = (bytes: number): string => randomBytes(bytes).toString('hex');
        await post(url, otlpSpans(run, pending, requests, toolVersion(), id));
        sent += pending.length;
        pending = [];
      };
      for (const { result } of reader.results(run.id)) {
        pending.push(result);
        if (pending.length === BATCH) await flush();
      }
      if (pending.length > 0) await flush();
    }
    say(`sent ${sent} spans to ${url.origin}${url.pathname}`);
  } catch (error) {
    say(`${sent} spans were sent to ${url.origin}${url.pathname}, and no more: ${whyOf(error as Error)}`);
  }
}

async function post(url: URL, body: object): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`the collector answers ${answer.status}`);
}

function whyOf({ message, cause }: Error): string {
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}
