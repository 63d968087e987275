import type { CellPairs } from '../../src/compare/session/arm-run.ts';
import { judgeSession, type PairedComparison } from '../../src/compare/session/judge-session.ts';
import { noisyRatios, RULES, SAID, sampleAnswer, sampleCell, sampleColumns } from './sample-pairs.ts';

/** A session in which everything that can be told is there: 5 % slower, one stray pair, one changed flag. */
export function sampleSession(): PairedComparison {
  const cell = sampleCell(noisyRatios(1.05).with(4, 1.13), ({ baseline, candidate }, k) => {
    const descriptions = {
      ...SAID,
      serverInfo: '{"vllm_config":{"scheduler_config":{"max_num_seqs":4}}}',
      fingerprint: 'vllm-0.32.0-7a3a27fd',
    };
    const usual = {
      ...SAID,
      serverInfo: descriptions.serverInfo.replace('4', '256'),
      fingerprint: 'vllm-0.32.0-a581f717',
    };
    const side = {
      prefixCacheHitRate: 0.125,
      prefillMs: 80,
      kvCachePeak: 0.31,
      preemptions: 0,
      iterationTokens: 24,
    };
    return {
      baseline: {
        ...baseline,
        server: { ...side, queueMs: 0.4 },
        descriptions: { start: usual, end: usual },
      },
      candidate: {
        ...candidate,
        answers: candidate.answers.map((answer, i) =>
          i % 4 === k % 4 ? sampleAnswer({ hash: 'b' }) : answer,
        ),
        server: { ...side, queueMs: 210 },
        descriptions: { start: descriptions, end: descriptions },
      },
    };
  });
  return judged({ ...cell, recorded: sampleColumns(0.9) });
}

/** Judged as the only cell of a session of six pairs. */
export function judged(cell: CellPairs): PairedComparison {
  return judgeSession(
    { baseline: 'baseline', candidate: 'candidate' },
    { cells: [cell], ended: true },
    RULES,
  );
}
