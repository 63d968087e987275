import type { Answer, ArmRun, Pair } from './arm-run.ts';

/** How many of the answers that could be compared were equal. */
export interface Agreement {
  readonly same: number;
  readonly of: number;
}

/** How two sets of answers to the same requests agree. */
export interface AnswerAgreement {
  /** Text, reasoning and tool calls, to the letter. */
  readonly text: Agreement;
  /** Output tokens. */
  readonly length: Agreement;
  readonly finishReason: Agreement;
  /** Whether tools were called. */
  readonly toolCalls: Agreement;
}

/** Whether the answers changed; shown beside latency and never mixed with it. */
export interface AnswerDrift {
  /** Candidate against baseline, pair by pair. */
  readonly betweenArms: AnswerAgreement;
  /** The baseline against itself, from each pair to the next: what sampling and batching alone do; null with one pair. */
  readonly withinBaseline: AnswerAgreement | null;
}

/** Compares answers at the same position of the plan that ended `ok` in both runs; null when there are none. */
export function answerDrift(pairs: readonly Pair[]): AnswerDrift | null {
  const betweenArms = agreement(pairs.map(({ baseline, candidate }) => [baseline, candidate]));
  if (betweenArms.finishReason.of === 0) return null;
  const neighbours = pairs
    .slice(1)
    .map(({ baseline }, k) => [pairs[k]?.baseline ?? baseline, baseline] as const);
  return { betweenArms, withinBaseline: neighbours.length === 0 ? null : agreement(neighbours) };
}

function agreement(runs: readonly (readonly [ArmRun, ArmRun])[]): AnswerAgreement {
  const both = runs.flatMap(([a, b]) =>
    a.answers.flatMap((answer, i) => {
      const other = b.answers[i] ?? null;
      return answer === null || other === null ? [] : [[answer, other] as const];
    }),
  );
  const count = (of: (answer: Answer) => unknown): Agreement => {
    const known = both.map(([a, b]) => [of(a), of(b)]).filter(([a, b]) => a !== null && b !== null);
    return { same: known.filter(([a, b]) => a === b).length, of: known.length };
  };
  return {
    text: count(({ hash }) => hash),
    length: count(({ tokens }) => tokens),
    // Null is a reason as well: that of an answer that named none.
    finishReason: count(({ finishReason }) => finishReason ?? 'none'),
    toolCalls: count(({ calledTools }) => calledTools),
  };
}
