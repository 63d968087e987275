import type { Run } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';

/**
 * The runs that a word of the command line means: ids (`3` or `1,2,3`), or all runs of a label.
 * @throws UserError when there are none
 */
export function selectRuns(runs: readonly Run[], word: string): readonly Run[] {
  if (runs.length === 0) throw new UserError(`there is no run on this tape: reprise replay makes one`);
  if (/^\d+(,\d+)*$/.test(word)) return byIds(runs, word);
  const found = runs.filter(({ label }) => label === word);
  if (found.length === 0) {
    const labels = [...new Set(runs.map(({ label }) => label))].join(', ');
    throw new UserError(`no run is labelled ${word}: the labels on this tape are ${labels}`);
  }
  return found;
}

function byIds(runs: readonly Run[], word: string): readonly Run[] {
  return word.split(',').map((part) => {
    const run = runs.find(({ id }) => id === Number(part));
    if (run === undefined) {
      const ids = runs.map(({ id }) => id);
      throw new UserError(
        `there is no run ${part} on this tape: its runs are ${Math.min(...ids)} to ${Math.max(...ids)}`,
      );
    }
    return run;
  });
}
