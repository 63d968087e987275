import { randomBytes } from 'node:crypto';
import { otlpSpans, type SpanRequest } from '../../formats/writing/otlp-spans.ts';
import type { Result } from '../../model/result.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import { openCollector } from '../collector.ts';
import { toolVersion } from '../provenance.ts';
import { say } from '../terminal/terminal.ts';

/** Spans in one request. */
const BATCH = 500;

/**
 * Sends the results of runs to a collector as spans. Called when nothing is sent to the target any
 * more, so that it delays no request. Never rejects: what could not be sent is said, the results are on the tape.
 * @param base the collector's base URL
 */
export async function sendSpans(base: URL, reader: TapeReader, runIds: ReadonlySet<number>): Promise<void> {
  const requests = new Map<number, SpanRequest>();
  for (const { id, path, model } of reader.exchanges()) requests.set(id, { path, model });
  const collector = openCollector(base);
  let sent = 0;
  let rejected = 0;
  let pending: Result[] = [];
  try {
    for (const run of reader.runs().filter(({ id }) => runIds.has(id))) {
      const flush = async (): Promise<void> => {
        const id = (bytes: number): string => randomBytes(bytes).toString('hex');
        rejected += await collector.send(otlpSpans(run, pending, requests, toolVersion(), id));
        sent += pending.length;
        pending = [];
      };
      for (const { result } of reader.results(run.id)) {
        pending.push(result);
        if (pending.length === BATCH) await flush();
      }
      if (pending.length > 0) await flush();
    }
    say(
      `sent ${sent} spans to ${collector.url}${rejected === 0 ? '' : `, which rejected ${rejected} of them`}`,
    );
  } catch (error) {
    say(`${sent} spans were sent to ${collector.url}, and no more: ${(error as Error).message}`);
  }
}
