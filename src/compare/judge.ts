import { type ComparedMetric, MARGIN, type Margins } from './compared-metrics.ts';
import { type Difference, interval, pValue } from './statistics/difference.ts';
import { holmRejects } from './statistics/error-control.ts';

/** Every verdict on a change, a closed list; `compare --json` prints these names. */
export const VERDICTS = [
  /** Slower, with confidence, and by more than the margin. */
  'regression',
  /** Faster, with confidence, and by more than the margin. */
  'improvement',
  /** Any difference is below the margin, with confidence. */
  'equivalent',
  /** Real but small: different with confidence, by an estimate below the margin. */
  'small',
  /** The runs do not show it. */
  'inconclusive',
  /** The runs cannot be compared. */
  'invalid',
] as const;

export type Verdict = (typeof VERDICTS)[number];

/** A metric's difference of logarithms, to be judged. */
export interface Claim {
  readonly metric: Pick<ComparedMetric, 'better'>;
  readonly difference: Difference;
}

export interface Rules {
  /** Chance of even one false alarm in the whole family of gating comparisons. */
  readonly alpha: number;
  readonly margins: Margins;
}

export const RULES: Rules = { alpha: 0.05, margins: MARGIN };

/**
 * Judges claims as one family: which differ is decided by Holm's procedure, how much by the margin, and whether they
 * are equal by two one-sided tests (the interval of level 1 - 2α within the margin; Schuirmann 1987). Element i is
 * claim i's.
 */
export function judgeFamily(claims: readonly Claim[], rules: Rules = RULES): readonly Verdict[] {
  const differs = holmRejects(
    claims.map(({ difference }) => pValue(difference)),
    rules.alpha,
  );
  return claims.map((claim, i) => judge(claim, differs[i] === true, rules));
}

function judge({ metric, difference }: Claim, differs: boolean, { alpha, margins }: Rules): Verdict {
  const margin = Math.log1p(margins[metric.better]);
  if (differs && Math.abs(difference.estimate) >= margin) {
    return difference.estimate > 0 === (metric.better === 'higher') ? 'improvement' : 'regression';
  }
  const [low, high] = interval(difference, 1 - 2 * alpha);
  if (-margin < low && high < margin) return 'equivalent';
  return differs ? 'small' : 'inconclusive';
}

/** One metric in one cell, to be judged. */
export interface MeasuredMetric {
  readonly metric: ComparedMetric;
  /** Geometric means over valid runs. */
  readonly before: number;
  readonly after: number;
  /** Of the logarithms; null when there are too few runs for one. */
  readonly difference: Difference | null;
  /** False when the sides' answers differ in length and the metric depends on it. */
  readonly comparable: boolean;
}

/** One cell, to be judged. */
export interface MeasuredMetrics<M extends MeasuredMetric = MeasuredMetric> {
  readonly metrics: readonly M[];
  /** The metric that the cell's equality is asked of; null where it is asked of all gating ones. */
  readonly primary: M | null;
  /** What forbids to judge the cell. */
  readonly invalid: readonly unknown[];
}

/** What is said of each metric of each cell. */
export type Verdicts<M extends MeasuredMetric = MeasuredMetric> = ReadonlyMap<M, Verdict>;

/**
 * Judges all cells of a comparison: their gating metrics together as one family, the others one by one as a description.
 * @param rules null when no verdict may be given yet
 */
export function judgeCells<M extends MeasuredMetric>(
  cells: readonly MeasuredMetrics<M>[],
  rules: Rules | null,
): Verdicts<M> {
  const verdicts = new Map<M, Verdict>();
  for (const { metrics, invalid } of cells) {
    for (const measured of metrics) {
      verdicts.set(measured, invalid.length === 0 && measured.comparable ? 'inconclusive' : 'invalid');
    }
  }
  if (rules === null) return verdicts;
  const described = cells.flatMap(judgeableOf).filter(({ metric }) => !metric.gating);
  for (const family of [gatingFamily(cells), ...described.map((one) => [one])]) {
    const claims = family.flatMap(({ metric, difference }) =>
      difference === null ? [] : [{ metric, difference }],
    );
    judgeFamily(claims, rules).forEach((verdict, i) => {
      const measured = family[i];
      if (measured !== undefined) verdicts.set(measured, verdict);
    });
  }
  return verdicts;
}

/** The comparisons that share the chance of a false alarm. */
export function gatingFamily<M extends MeasuredMetric>(cells: readonly MeasuredMetrics<M>[]): readonly M[] {
  return cells.flatMap(judgeableOf).filter(({ metric }) => metric.gating);
}

function judgeableOf<M extends MeasuredMetric>({ invalid, metrics }: MeasuredMetrics<M>): readonly M[] {
  return invalid.length > 0
    ? []
    : metrics.filter(({ comparable, difference }) => comparable && difference !== null);
}

/**
 * One cell: a regression of any gating metric is one, then an improvement of any; whether the sides are equal is asked of
 * the primary metric alone where there is one, since one noisy metric among several would leave it open.
 */
export function verdictOfCell<M extends MeasuredMetric>(
  { invalid, metrics, primary }: MeasuredMetrics<M>,
  verdicts: Verdicts<M>,
): Verdict {
  if (invalid.length > 0) return 'invalid';
  if (metrics.length === 0) return 'inconclusive';
  const gating = metrics
    .filter(({ metric, comparable }) => metric.gating && comparable)
    .map((measured) => verdicts.get(measured) ?? 'inconclusive');
  const together = combineVerdicts(gating);
  if (primary === null || together === 'regression' || together === 'improvement') return together;
  return verdicts.get(primary) ?? 'inconclusive';
}

/** All cells: a regression anywhere is one; what is not valid somewhere cannot be called good. */
export function verdictOfCells(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('regression')) return 'regression';
  return verdicts.includes('invalid') ? 'invalid' : combineVerdicts(verdicts);
}

/** The verdict of several together: one regression is enough, equivalence needs all. */
export function combineVerdicts(verdicts: readonly Verdict[]): Verdict {
  const any = (...some: readonly Verdict[]): boolean => verdicts.some((v) => some.includes(v));
  if (verdicts.length === 0 || verdicts.every((v) => v === 'invalid')) return 'invalid';
  if (any('regression')) return 'regression';
  if (any('improvement')) return 'improvement';
  if (any('inconclusive', 'invalid')) return 'inconclusive';
  return any('small') ? 'small' : 'equivalent';
}
