import { type ChunkTimes, TOKEN_BITS } from '../model/chunk-times.ts';
import type { Result } from '../model/result.ts';
import type { Load } from '../model/run.ts';
import type { RunLatencies, RunSummary } from './run-summary.ts';
import { createNumberColumn, createValueTally, sampleStats, type ValueTally } from './sample.ts';

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
  };
  const lengths = { prompt: createValueTally(), completion: createValueTally() };
  // Nearly all reads hold one token, and count once for both figures.
  const gapsUs = { ofOne: createValueTally(), ofSeveral: createValueTally(), perToken: createValueTally() };

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
        if (inRead === 1) gapsUs.ofOne.add(at - last);
        else {
          gapsUs.ofSeveral.add(at - last);
          gapsUs.perToken.add((at - last) / inRead, inRead);
        }
      }
      last = at;
    }
  }

  return {
    addSending({ sentUs, scheduledUs }) {
      if (load.kind === 'open' && sentUs !== null) columns.scheduleLagMs.push((sentUs - scheduledUs) / 1e3);
    },
    add(result, chunks) {
      if (result.promptTokens !== null) lengths.prompt.add(result.promptTokens);
      if (result.completionTokens !== null) lengths.completion.add(result.completionTokens);
      columns.responseMs.push((result.finishedUs - result.scheduledUs) / 1e3);
      if (result.sentUs === null) return;
      columns.e2elMs.push((result.finishedUs - result.sentUs) / 1e3);
      if (!result.streamed) return;
      addTokens(result, result.sentUs);
      addGaps(chunks);
    },
    figures() {
      const stats = (name: keyof typeof columns) => sampleStats(columns[name].sorted());
      const gaps = (others: ValueTally) => {
        const all = createValueTally();
        all.addAll(gapsUs.ofOne);
        all.addAll(others);
        return all.stats(1e3);
      };
      return {
        e2elMs: stats('e2elMs'),
        ttftMs: stats('ttftMs'),
        tpotMs: stats('tpotMs'),
        itlMs: gaps(gapsUs.ofSeveral),
        itlPerTokenMs: gaps(gapsUs.perToken),
        responseMs: stats('responseMs'),
        ttftResponseMs: stats('ttftResponseMs'),
        scheduleLagMs: stats('scheduleLagMs'),
        promptLength: lengths.prompt.stats(),
        completionLength: lengths.completion.stats(),
      };
    },
  };
}
