import type { Slo } from '../../model/slo.ts';
import type { Quantities } from '../quantities.ts';

/**
 * The limits that a good request meets, e.g. `TTFT up to 500 ms, TPOT up to 50.0 ms`.
 * @param limit says one of them; @param comma stands between them
 */
export function limitsText(
  { ttftMs, tpotMs, e2elMs }: Slo,
  limit: (name: string, time: string) => string,
  { given }: Pick<Quantities, 'given'>,
  comma: string,
): string {
  return [['TTFT', ttftMs] as const, ['TPOT', tpotMs] as const, ['E2EL', e2elMs] as const]
    .flatMap(([name, ms]) => (ms === null ? [] : [limit(name, given(ms))]))
    .join(comma);
}
