import { modelsOf } from '../../measure/server/server-facts.ts';
import type { ServerDescription } from '../servers/server-description.ts';
import type { ArmRun, Pair } from './arm-run.ts';
import { ARM_NAMES, inOrder } from './cell-checks.ts';
import type { Invalidity, ServerChange } from './invalidity.ts';

/** What an arm's server said over a whole session: of each document the first that it gave. */
export function descriptionOf(runs: readonly ArmRun[]): ServerDescription {
  const said = runs
    .flatMap(({ descriptions }) => [descriptions.start, descriptions.end])
    .filter((description) => description !== null);
  const first = <T>(of: (description: ServerDescription) => T | null): T | null =>
    said.map(of).find((value) => value !== null) ?? null;
  return {
    version: first(({ version }) => version),
    models: first(({ models }) => models),
    serverInfo: first(({ serverInfo }) => serverInfo),
    command: first(({ command }) => command),
    fingerprint: first(({ fingerprint }) => fingerprint),
    processStartSec: first(({ processStartSec }) => processStartSec),
    counters: said[0]?.counters ?? {},
  };
}

/** Latencies of different models are not a matter of servers. An alias does not count: the weights behind it do. */
export function modelChecks(
  baseline: ServerDescription,
  candidate: ServerDescription,
): readonly Invalidity[] {
  const [a, b] = [weightsOf(baseline.models), weightsOf(candidate.models)];
  if (a === null || b === null || a === b) return [];
  return [{ kind: 'models', baseline: a, candidate: b }];
}

/** Adapters have a parent: which adapters are loaded does not change the model. */
function weightsOf(models: string | null): string | null {
  const weights = modelsOf(models ?? '').flatMap(({ id, root, parent }) =>
    parent === null ? [root ?? id] : [],
  );
  return weights.length === 0 ? null : [...new Set(weights)].sort().join(', ');
}

/**
 * Whether each arm's server stayed what it was: within a run always the same process, and between runs too unless
 * restarts are planned, when it must still be the same version.
 * @param pairs of the whole session in the order in which they ran
 */
export function restartChecks(pairs: readonly Pair[], restartsPlanned: boolean): readonly Invalidity[] {
  const runs = pairs.flatMap(inOrder);
  return ARM_NAMES.flatMap((arm) => {
    const said = runs.filter(([of]) => of === arm).flatMap(([, run]) => momentsOf(run));
    return said.flatMap((moment, i) => {
      const before = said[i - 1];
      if (before === undefined) return [];
      const [from, to] = [before.run, moment.run];
      const change = changeBetween(before.descriptions, moment.descriptions, restartsPlanned && from !== to);
      return change === null ? [] : [{ kind: 'restart' as const, arm, from, to, change }];
    });
  });
}

function momentsOf({
  summary,
  descriptions,
}: ArmRun): readonly { readonly run: number; readonly descriptions: ServerDescription }[] {
  return [descriptions.start, descriptions.end].flatMap((said) =>
    said === null ? [] : [{ run: summary.id, descriptions: said }],
  );
}

function changeBetween(
  before: ServerDescription,
  after: ServerDescription,
  mayRestart: boolean,
): ServerChange | null {
  if (before.version !== null && after.version !== null && before.version !== after.version) {
    return { by: 'version', from: before.version, to: after.version };
  }
  if (mayRestart) return null;
  const [a, b] = [before.processStartSec, after.processStartSec];
  if (a !== null && b !== null && a !== b) return { by: 'process' };
  const fallen = Object.entries(before.counters).find(
    ([name, value]) => (after.counters[name] ?? value) < value,
  );
  return fallen === undefined ? null : { by: 'counter', counter: fallen[0] };
}
