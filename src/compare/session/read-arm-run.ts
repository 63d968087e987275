import { metricsOf } from '../../measure/metric-table.ts';
import type { MeasuredResult, RunSummary } from '../../measure/run-summary.ts';
import type { ServerState } from '../../model/capture.ts';
import { CHUNK } from '../../model/chunk-times.ts';
import type { Result } from '../../model/result.ts';
import { PAIR_METRICS, valueOfRun } from '../compared-metrics.ts';
import { readServerDescription } from '../servers/server-description.ts';
import type { Answer, ArmRun, ServerSide } from './arm-run.ts';
import { createRequestColumns } from './request-columns.ts';

/** A run as a session sees it, with the exchange that each position of its plan repeated. */
export interface ReadArmRun {
  readonly run: ArmRun;
  /** By position; undefined where nothing was sent. */
  readonly exchangeIds: readonly (number | undefined)[];
}

/**
 * Reads a run of one arm from what is on the tape of it.
 * @param states what the server said of itself at the run's edges
 */
export function readArmRun(
  summary: RunSummary,
  results: Iterable<MeasuredResult<Result>>,
  states: readonly ServerState[],
): ReadArmRun {
  const columns = createRequestColumns();
  const answers: (Answer | null)[] = [];
  const exchangeIds: number[] = [];
  const open = summary.settings.load.kind === 'open';
  for (const measured of results) {
    const { result, chunks } = measured;
    exchangeIds[result.seq] = result.exchangeId;
    const fromUs = open ? result.scheduledUs : result.sentUs;
    if (result.outcome !== 'ok' || fromUs === null) continue;
    columns.add(result.seq, result, chunks, fromUs);
    answers[result.seq] = answerOf(measured);
  }
  return {
    run: {
      summary,
      values: valuesOf(summary),
      requests: columns.columns(),
      answers: Array.from(answers, (answer) => answer ?? null),
      server: serverSide(summary),
      controlMs: null,
      descriptions: {
        start: readServerDescription(states, 'start'),
        end: readServerDescription(states, 'end'),
      },
    },
    exchangeIds,
  };
}

function answerOf({ result, chunks }: MeasuredResult<Result>): Answer {
  const { answerHash, completionTokens, tokenSource, finishReason } = result;
  // Counted events are a lower bound, so two counts of one length may differ.
  const counted = tokenSource === 'usage' || tokenSource === 'continuous_usage';
  const calledTools =
    finishReason === 'tool_calls' || chunks.kinds.some((kinds) => (kinds & CHUNK.tool) !== 0);
  return { hash: answerHash, tokens: counted ? completionTokens : null, finishReason, calledTools };
}

/** The values of the figures that runs are compared by as a whole. */
function valuesOf(summary: RunSummary): ArmRun['values'] {
  return Object.fromEntries(
    PAIR_METRICS.flatMap(({ key, metric, statistic }) =>
      statistic === 'value' || statistic === 'p99' ? [[key, valueOfRun(summary, { metric, statistic })]] : [],
    ),
  );
}

function serverSide(summary: RunSummary): ServerSide | null {
  if (summary.server === null) return null;
  const own = metricsOf('scalar').filter(({ corroborates }) => corroborates === true);
  return Object.fromEntries(own.map(({ key, of }) => [key, of(summary)])) as unknown as ServerSide;
}
