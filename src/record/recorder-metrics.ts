import type { LiveSample } from '../model/completion.ts';
import { createAnswerCounts, dropSamples } from './answer-counts.ts';
import { family, single, summary } from './metrics-text.ts';

/** What is true at the moment of a scrape. */
export interface RecorderGauges {
  readonly inFlight: number;
  readonly requests: number;
  readonly recorded: number;
  readonly resent: number;
  readonly refused: number;
  readonly connections: number;
  readonly connectionsRefused: number;
  /** Lines for stderr that were not read in time. */
  readonly messagesDropped: number;
  readonly queuedBytes: number;
  readonly queueLimitBytes: number;
  readonly drops: Readonly<Record<string, number>>;
  /** Delay of the proxy's event loop beyond its timers, seconds. */
  readonly loopDelaySec: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Time that the proxy's thread spent on handing requests to the upstream, seconds, and on how many. */
  readonly forward: { readonly seconds: number; readonly count: number };
  /** Why nothing can be written at the moment. */
  readonly trouble: string | null;
  /** Of closed tapes to a store; null where none goes there. */
  readonly upload: UploadCounts | null;
  /** To a collector; null where none gets them. */
  readonly spans: SpanCounts | null;
}

/** What became of spans. */
export interface SpanCounts {
  readonly sent: number;
  readonly dropped: number;
  readonly waiting: number;
}

/** How far the upload of closed tapes is. */
export interface UploadCounts {
  /** Tapes confirmed to be in the store. */
  readonly uploaded: number;
  /** Tapes that are closed and not there yet. */
  readonly waiting: number;
  /** Attempts that failed and are made again. */
  readonly failures: number;
  /** Sent to the store, repeated parts included. */
  readonly bytes: number;
}

/** Counts what was recorded, and prints it in Prometheus' text format (version 0.0.4). */
export interface RecorderMetrics {
  add(samples: readonly LiveSample[]): void;
  page(gauges: RecorderGauges): string;
}

export function createRecorderMetrics(): RecorderMetrics {
  const answers = createAnswerCounts();
  const { outcomes, statuses, ttft, e2el, totals } = answers;
  let ignored = 0;

  return {
    add(samples) {
      for (const sample of samples) {
        if (sample.ignored) {
          ignored += 1;
          continue;
        }
        answers.add(sample);
      }
    },
    page(gauges) {
      const { drops, loopDelaySec, forward, upload, spans } = gauges;
      const delays = [
        ['quantile="0.5"', loopDelaySec.p50],
        ['quantile="0.99"', loopDelaySec.p99],
        ['quantile="1"', loopDelaySec.max],
      ] as const;
      return [
        ...single('counter', 'requests_total', 'Requests of any kind that came.', gauges.requests),
        ...single(
          'counter',
          'recorded_total',
          'Requests that were recorded from their start.',
          gauges.recorded,
        ),
        ...single(
          'counter',
          'ignored_total',
          'Requests to the path of an API whose body is none of it: they were counted, not recorded.',
          ignored,
        ),
        ...single('counter', 'resent_total', 'Requests that were sent a second time.', gauges.resent),
        ...single('counter', 'refused_total', 'Requests refused as invalid HTTP.', gauges.refused),
        ...single('gauge', 'connections', 'Connections of clients.', gauges.connections),
        ...single(
          'counter',
          'connections_refused_total',
          'Connections closed at once, since there were too many.',
          gauges.connectionsRefused,
        ),
        ...single(
          'counter',
          'messages_dropped_total',
          'Lines for stderr that could not be written.',
          gauges.messagesDropped,
        ),
        ...single('gauge', 'requests_in_flight', 'Requests that are on their way.', gauges.inFlight),
        ...family('counter', 'exchanges_total', 'Recorded exchanges that ended, by outcome.', outcomes),
        ...family('counter', 'answers_total', 'Recorded answers, by status.', statuses),
        ...ttft.lines('time_to_first_token_seconds', 'From arrival to the first read with generated text.'),
        ...e2el.lines('e2e_request_latency_seconds', 'From arrival to the end of answers that ended ok.'),
        ...single(
          'counter',
          'prompt_tokens_total',
          'Prompt tokens as the server counted.',
          totals.promptTokens,
        ),
        ...single('counter', 'generation_tokens_total', 'Completion tokens.', totals.completionTokens),
        ...single('counter', 'answer_bytes_total', "Bytes of recorded answers' bodies.", totals.bytes),
        ...single('gauge', 'queue_bytes', 'Bytes that wait to be written.', gauges.queuedBytes),
        ...single('gauge', 'queue_limit_bytes', 'Beyond this records are dropped.', gauges.queueLimitBytes),
        ...family(
          'counter',
          'dropped_total',
          'Records that could not be kept, by reason.',
          dropSamples(drops),
        ),
        ...single(
          'gauge',
          'tape_failing',
          'Whether nothing can be written now.',
          gauges.trouble === null ? 0 : 1,
        ),
        ...(upload === null ? [] : uploadLines(upload)),
        ...(spans === null ? [] : spanLines(spans)),
        ...family('summary', 'event_loop_delay_seconds', "Delay of the proxy's event loop.", delays),
        ...summary('forward_seconds', 'Time to hand requests on.', forward.seconds, forward.count),
        '',
      ].join('\n');
    },
  };
}

function spanLines({ sent, dropped, waiting }: SpanCounts): readonly string[] {
  return [
    ...single('counter', 'spans_sent_total', 'Spans that the collector took.', sent),
    ...single('counter', 'spans_dropped_total', 'Spans that could not be sent.', dropped),
    ...single('gauge', 'spans_waiting', 'Spans that wait for the collector.', waiting),
  ];
}

function uploadLines({ uploaded, waiting, failures, bytes }: UploadCounts): readonly string[] {
  return [
    ...single('counter', 'tapes_uploaded_total', 'Closed tapes that are in the store.', uploaded),
    ...single('gauge', 'tapes_waiting', 'Closed tapes that are not in the store yet.', waiting),
    ...single('counter', 'upload_failures_total', 'Attempts that failed and are made again.', failures),
    ...single('counter', 'upload_bytes_total', 'Bytes sent to the store.', bytes),
  ];
}
