import { type ChunkTimes, TOKEN_BITS } from '../model/chunk-times.ts';
import type { Result } from '../model/result.ts';
import type { Load } from '../model/run.ts';
import { createNumberColumn } from './number-column.ts';
import type { RunLatencies, RunSummary } from './run-summary.ts';
import { sampleStats } from './sample-stats.ts';
import { createValueTally } from './value-tally.ts';

/** The part of a summary that is samples: latencies and lengths. */
export type LatencyFigures = RunLatencies & Pick<RunSummary, 'promptLength' | 'completionLength'>;

export interface RunLatencyColumns {
  /** Of every request, however it ended: the plan was kept or it was not. */
  addSending(result: Result): void;
  /** Of a request that ended `ok`. */
  add(result: Result, chunks: ChunkTimes): void;
  figures(): LatencyFigures;
}

export function createRunLatencies(load: Load): RunLatencyColumns {
  const columns = {
    e2elMs: createNumberColumn(),
    ttftMs: createNumberColumn(),
    responseMs: createNumberColumn(),
    ttftResponseMs: createNumberColumn(),
    tpotMs: createNumberColumn(),
    scheduleLagMs: createNumberColumn(),
    promptLength: createNumberColumn(),
    completionLength: createNumberColumn(),
  };
  const gaps = { itlUs: createValueTally(), itlPerTokenUs: createValueTally() };

  function addTokens({ firstTokenUs, lastTokenUs, completionTokens, scheduledUs }: Result, sentUs: number) {
    if (firstTokenUs === null) return;
    columns.ttftMs.push((firstTokenUs - sentUs) / 1e3);
    columns.ttftResponseMs.push((firstTokenUs - scheduledUs) / 1e3);
    if (lastTokenUs === null || completionTokens === null || completionTokens < 2) return;
    columns.tpotMs.push((lastTokenUs - firstTokenUs) / 1e3 / (completionTokens - 1));
  }

  /** One read may hold several tokens, whose own gaps nobody on this side can see. */
  function addGaps({ atUs, kinds, tokens }: ChunkTimes): void {
    let last: number | null = null;
    for (let i = 0; i < atUs.length; i++) {
      if (((kinds[i] ?? 0) & TOKEN_BITS) === 0) continue;
      const at = atUs[i] ?? 0;
      if (last !== null) {
        const inRead = Math.max(1, tokens[i] ?? 1);
        gaps.itlUs.add(at - last);
        gaps.itlPerTokenUs.add((at - last) / inRead, inRead);
      }
      last = at;
    }
  }

  return {
    addSending({ sentUs, scheduledUs }) {
      if (load.kind === 'open' && sentUs !== null) columns.scheduleLagMs.push((sentUs - scheduledUs) / 1e3);
    },
    add(result, chunks) {
      if (result.promptTokens !== null) columns.promptLength.push(result.promptTokens);
      if (result.completionTokens !== null) columns.completionLength.push(result.completionTokens);
      columns.responseMs.push((result.finishedUs - result.scheduledUs) / 1e3);
      if (result.sentUs === null) return;
      columns.e2elMs.push((result.finishedUs - result.sentUs) / 1e3);
      if (!result.streamed) return;
      addTokens(result, result.sentUs);
      addGaps(chunks);
    },
    figures() {
      const stats = (name: keyof typeof columns) => sampleStats(columns[name].sorted());
      return {
        e2elMs: stats('e2elMs'),
        ttftMs: stats('ttftMs'),
        tpotMs: stats('tpotMs'),
        itlMs: gaps.itlUs.stats(1e3),
        itlPerTokenMs: gaps.itlPerTokenUs.stats(1e3),
        responseMs: stats('responseMs'),
        ttftResponseMs: stats('ttftResponseMs'),
        scheduleLagMs: stats('scheduleLagMs'),
        promptLength: stats('promptLength'),
        completionLength: stats('completionLength'),
      };
    },
  };
}
