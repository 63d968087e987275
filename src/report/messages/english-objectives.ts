import { cellName } from '../../model/run.ts';
import type { Slo } from '../../model/slo.ts';
import type { FindingText } from '../findings/finding.ts';
import type { ArrivalLevel, CellGoodput, ObjectiveFacts } from '../findings/objective-evidence.ts';
import { QUANTITIES } from '../quantities.ts';
import { englishMatrix } from './english-matrix.ts';
import { limitsText } from './limits-text.ts';

const q = QUANTITIES.en;

const limits = (slo: Slo): string => limitsText(slo, englishMatrix.limit, q, ', ');

const runs = (n: number): string => (n === 1 ? '1 run' : `${n} runs`);

const shares = (cells: readonly CellGoodput[]): string =>
  cells
    .map(
      ({ cell, share, requests, runs: n }) =>
        `${cellName(cell)}: ${q.portion(share)} of ${q.whole(requests)} requests in ${runs(n)}`,
    )
    .join('; ');

const RULE =
  'Median over a cell’s valid runs of the share of requests that met every limit; errors are bad. Told with --slo. Below 662 requests a run a share near 99 % is uncertain.';

const levelFigures = ({ arrivalsPerSec, requestsPerSec, meanMs, runs: n, requests }: ArrivalLevel): string =>
  `${q.times(arrivalsPerSec)} arrivals/s: ${q.rate(requestsPerSec)} answers/s, mean response time ${q.duration(meanMs)} (${runs(n)}, ${q.whole(requests)} requests)`;

/** What is found about objectives and arrivals, in English. */
export const englishObjectives: {
  readonly [K in keyof ObjectiveFacts]: (facts: ObjectiveFacts[K]) => FindingText;
} = {
  sloCell: ({ slo, wanted, best, cells }) => ({
    sentence: `The cell that meets the objectives (${limits(slo)}, for ${q.percent(wanted)} of the requests) at the highest rate is ${cellName(best.cell)}, with ${q.rate(best.goodPerSec)} good requests/s.`,
    evidence: `${shares(cells)}.`,
    condition: RULE,
  }),
  sloNone: ({ slo, wanted, nearest, cells }) => ({
    sentence: `No cell meets the objectives (${limits(slo)}, for ${q.percent(wanted)} of the requests); the nearest is ${cellName(nearest.cell)} with ${q.portion(nearest.share)}.`,
    evidence: `${shares(cells)}.`,
    condition: RULE,
  }),
  sloPoint: ({ slo, wanted, best }) => ({
    sentence:
      best.cell.ratePerSec === undefined
        ? `To keep the objectives (${limits(slo)}) run it at about ${best.cell.connections} requests in flight: that gave ${q.rate(best.goodPerSec)} good requests/s.`
        : `To keep the objectives (${limits(slo)}) admit about ${q.times(best.cell.ratePerSec)} requests/s: ${q.rate(best.goodPerSec)} of them were good.`,
    evidence: `${shares([best])}.`,
    condition: `The cell with the most good requests/s of those in which ${q.percent(wanted)} are good.`,
  }),
  arrivals: ({ from, to }) => ({
    sentence: `${q.times(to.arrivalsPerSec / from.arrivalsPerSec)} times the arrivals (${q.times(from.arrivalsPerSec)} to ${q.times(to.arrivalsPerSec)}/s) gave ${q.times(to.requestsPerSec / from.requestsPerSec)} times the answers and ${q.times(to.meanMs / from.meanMs)} times the mean response time.`,
    evidence: `${levelFigures(from)}; ${levelFigures(to)}.`,
    condition:
      'Neighbouring rates of open loops. Response times count from the planned instant; answers after the window are not in the rate.',
  }),
};
