import type { Run } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import type { PerArm } from './pair-settings.ts';

/**
 * The labels of a new session, which no run of the tape may have: its pairs are found again by them.
 * @param asked what the user wants; null takes `usual`, with a number behind it from the second session on
 * @throws UserError when an asked one is on the tape
 */
export function sessionLabels(
  runs: readonly Run[],
  asked: PerArm<string> | null,
  usual: PerArm<string>,
): PerArm<string> {
  const known = new Set(runs.map(({ label }) => label));
  const taken = ({ baseline, candidate }: PerArm<string>): string | undefined =>
    [baseline, candidate].find((label) => known.has(label));
  if (asked !== null) {
    const label = taken(asked);
    if (label === undefined) return asked;
    throw new UserError(
      `--labels: the tape already has runs labelled ${label}, give the session labels of its own`,
    );
  }
  let labels = usual;
  for (let n = 2; taken(labels) !== undefined; n++) {
    labels = { baseline: `${usual.baseline}-${n}`, candidate: `${usual.candidate}-${n}` };
  }
  return labels;
}
