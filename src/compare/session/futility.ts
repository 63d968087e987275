import type { CellPairs } from './arm-run.ts';
import { ARM_NAMES, ERROR_LIMIT } from './cell-checks.ts';
import type { PairedComparison } from './judge-session.ts';
import type { SessionRules } from './session-plan.ts';

/**
 * Whether no further pair can make a session valid: other models, a server that is not the process it was, or already
 * more failed requests than all planned pairs together may have. What is accepted is no reason to end.
 */
export function isFutile(
  { cells: judged }: PairedComparison,
  cells: readonly CellPairs[],
  { looks, accepted }: SessionRules,
): boolean {
  const found = judged.flatMap(({ invalid }) => invalid);
  if (found.some(({ kind }) => kind === 'models' || kind === 'restart')) return true;
  const planned = looks.at(-1) ?? 0;
  return !accepted.includes('errors') && cells.some((cell) => failsForGood(cell, planned));
}

function failsForGood({ pairs }: CellPairs, planned: number): boolean {
  return ARM_NAMES.some((arm) => {
    const runs = pairs.map((pair) => pair[arm].summary);
    const sum = (of: (run: (typeof runs)[number]) => number): number =>
      runs.reduce((n, run) => n + of(run), 0);
    const requests = (sum((run) => run.requests) / pairs.length) * planned;
    return sum((run) => run.errors) > requests * ERROR_LIMIT;
  });
}
