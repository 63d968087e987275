import { Worker } from 'node:worker_threads';
import type { SpannedExchange } from '../../formats/writing/otlp-spans.ts';
import type { CaptureStart } from '../../model/capture.ts';
import type { LiveSample } from '../../model/completion.ts';
import { openRemote } from '../../model/remote.ts';
import type { SpanCounts } from '../../record/recorder-metrics.ts';
import { counted } from '../../report/messages/catalogue.ts';
import { openCollector } from '../collector.ts';
import type { Log } from '../terminal/terminal.ts';
import { workerFile } from '../worker-file.ts';
import type { SpanEvents, SpanQueue } from './span-queue.ts';

/** Spans that wait for the collector at most; one more is dropped. About 10 MB. */
const MOST_WAITING = 20_000;

/**
 * The spans of a recording, which wait for nothing and which nothing waits for.
 * Starts the thread that sends recorded exchanges to a collector.
 * @param collector its base URL
 * @param upstream of the recording
 */
export function startSpans(collector: URL, upstream: URL, log: Log) {
  const { url } = openCollector(collector);
  const worker = new Worker(workerFile('spans', import.meta.url), { workerData: collector.href });
  // A recording that could not begin ends at once.
  worker.unref();
  let sent = 0;
  let dropped = 0;
  let waiting = 0;
  let lastWhy = '';
  let failed = Promise.withResolvers<void>();

  /** A reason that stays the same is said once. */
  function tell(problem: string, why: string): void {
    if (why !== lastWhy) log.warn(`${problem}: ${why}`);
    lastWhy = why;
  }

  function drop(spans: number, why: string): void {
    dropped += spans;
    tell(`spans are dropped that should go to ${url}`, why);
  }

  const events: SpanEvents = {
    sent(spans) {
      waiting -= spans;
      sent += spans;
      lastWhy = '';
    },
    lost(spans, why) {
      waiting -= spans;
      drop(spans, why);
    },
    failed(why) {
      tell(`spans cannot be sent to ${url}, trying again`, why);
      failed.resolve();
    },
  };
  const thread = openRemote<SpanQueue>(worker, events, 'the thread that sends spans');
  let isOver = false;
  void thread.gone.then(({ message }) => {
    if (isOver) return;
    isOver = true;
    drop(waiting, message);
    waiting = 0;
  });

  return {
    /** Those of the samples that are on the tape. */
    add(samples: readonly LiveSample[], capture: CaptureStart): void {
      const spans = samples.flatMap((sample) => spanned(sample, capture, upstream.origin) ?? []);
      const taken = isOver ? [] : spans.slice(0, MOST_WAITING - waiting);
      waiting += taken.length;
      if (taken.length > 0) thread.notify('add', taken);
      if (taken.length < spans.length)
        drop(spans.length - taken.length, isOver ? lastWhy : `${MOST_WAITING} of them wait`);
    },
    counts: (): SpanCounts => ({ sent, dropped, waiting }),
    /** Waits for the last ones, at most `ms` and not beyond a failure; says what was sent, and what was not. */
    async finish(ms: number): Promise<void> {
      // A collector that fails now may do so for long.
      if (lastWhy === '') failed = Promise.withResolvers();
      const timer = setTimeout(() => failed.resolve(), ms);
      await Promise.race([thread.call('idle').catch(() => undefined), failed.promise]);
      clearTimeout(timer);
      isOver = true;
      await worker.terminate();
      dropped += waiting;
      waiting = 0;
      const line = `sent ${counted(sent, 'span')} to ${url}`;
      if (dropped === 0) log.info(line, { spans: sent });
      else log.warn(`${line}, ${counted(dropped, 'span')} could not be sent`, { spans: sent, dropped });
    },
  };
}

export type Spans = ReturnType<typeof startSpans>;

/** Null for what is not on the tape. */
function spanned(
  { exchange, ttftUs, e2elUs, ...sample }: LiveSample,
  { startedAtMs, startedUs }: CaptureStart,
  origin: string,
): SpannedExchange | null {
  if (exchange === undefined) return null;
  // As the tape has it: each instant rounded, from the capture's start.
  const onTape = (us: number): number => Math.round(exchange.arrivedUs + us - Math.round(startedUs));
  const since = (us: number): number => onTape(us) - onTape(0);
  return {
    ...sample,
    ...exchange,
    server: origin,
    upstream: origin,
    fromUs: startedAtMs * 1e3 + onTape(0),
    ttftUs: ttftUs === null ? null : since(ttftUs),
    e2elUs: since(e2elUs ?? 0),
  };
}
