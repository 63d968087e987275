import type { LiveSample } from '../../model/completion.ts';
import { createAnswerCounts, dropSamples } from '../../record/answer-counts.ts';
import { family, single } from '../../record/metrics-text.ts';

/** The run that is prepared or sends. */
export interface WatchedRun {
  readonly label: string;
  readonly target: string;
  /** Name of its cell. */
  readonly load: string;
  /** Which run of the replay it is, from 1, of how many. */
  readonly number: number;
  readonly of: number;
}

/** What a running replay shows to those who scrape it, in the format of OpenMetrics 1.0. */
export function createReplayMetrics() {
  const answers = createAnswerCounts();
  const { outcomes, statuses, ttft, e2el, totals } = answers;
  const ended = { runs: 0, invalid: 0 };
  let current: WatchedRun | null = null;
  let inFlight: (() => number) | null = null;

  return {
    prepare(run: WatchedRun): void {
      current = run;
      inFlight = null;
    },
    send(now: () => number): void {
      inFlight = now;
    },
    add(samples: readonly LiveSample[]): void {
      for (const sample of samples) answers.add(sample);
    },
    ended(valid: boolean): void {
      ended.runs += 1;
      if (!valid) ended.invalid += 1;
      inFlight = null;
    },
    /** @param drops results that could not be written, by reason */
    page(drops: Readonly<Record<string, number>>): string {
      const lines = [
        ...family('info', 'replay_run', 'The run that is prepared or sends.', runLabels(current)),
        ...single('gauge', 'replay_runs_planned', 'Runs of this replay.', current?.of ?? 0),
        ...single('counter', 'replay_runs_total', 'Runs that have ended.', ended.runs),
        ...single('counter', 'replay_runs_invalid_total', 'Ended runs that are not valid.', ended.invalid),
        ...single('gauge', 'replay_sending', 'Whether a run is sending.', inFlight === null ? 0 : 1),
        ...single('gauge', 'replay_requests_in_flight', 'Requests in flight.', inFlight?.() ?? 0),
        ...family('counter', 'replay_answers_total', 'Answered or failed requests, by outcome.', outcomes),
        ...family('counter', 'replay_statuses_total', 'Answers, by status.', statuses),
        ...ttft.lines(
          'replay_time_to_first_token_seconds',
          'From sending to the first read with generated text.',
        ),
        ...e2el.lines(
          'replay_e2e_request_latency_seconds',
          'From sending to the end of answers that ended ok.',
        ),
        ...single(
          'counter',
          'replay_prompt_tokens_total',
          'Prompt tokens as the server counted.',
          totals.promptTokens,
        ),
        ...single('counter', 'replay_generation_tokens_total', 'Completion tokens.', totals.completionTokens),
        ...single('counter', 'replay_answer_bytes_total', 'Bytes of the bodies of answers.', totals.bytes),
        ...family(
          'counter',
          'replay_dropped_total',
          'Results that could not be stored, by reason.',
          dropSamples(drops),
        ),
      ];
      return `${lines.map(openMetrics).join('\n')}\n# EOF\n`;
    },
  };
}

export type ReplayMetrics = ReturnType<typeof createReplayMetrics>;

/** OpenMetrics names the family of a counter without `_total`, and that of an info without `_info`. */
function openMetrics(line: string): string {
  return /^# (HELP|TYPE)/.test(line)
    ? line.replace(/^(# \w+ \w+?)_total\b/, '$1')
    : line.replace(/^reprise_replay_run\{/, 'reprise_replay_run_info{');
}

function runLabels(run: WatchedRun | null): readonly (readonly [string, number])[] {
  if (run === null) return [];
  const { label, target, load, number } = run;
  const labels = Object.entries({ label, target, load, run: String(number) });
  return [[labels.map(([name, value]) => `${name}="${escaped(value)}"`).join(), 1]];
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
