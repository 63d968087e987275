import { RUNS_WANTED } from '../../compare/compare-cell.ts';
import type { CellComparison, Comparison, Verdict } from '../../compare/comparison.ts';
import { hasFewRuns, strongestFigure } from '../../compare/comparison-claim.ts';
import { MARGIN } from '../../compare/metrics.ts';
import { cellName } from '../../model/run.ts';
import { CHINESE_QUANTITIES as q } from '../quantities.ts';
import { chineseMetric } from './chinese-metrics.ts';

const MARGINS = `延迟的 ${q.short(MARGIN.lower)}、吞吐的 ${q.short(MARGIN.higher)}`;

/** The verdict on two sets of runs in one Chinese sentence, with the figure that carries it. */
export function chineseComparisonSentence({ verdict, before, after, cells }: Comparison): string {
  switch (verdict) {
    case 'regression':
      return `${after} 比 ${before} 慢：${strongest(cells, verdict)}${mixed(cells)}。`;
    case 'improvement':
      return `${after} 比 ${before} 快：${strongest(cells, verdict)}。`;
    case 'equivalent':
      return `${after} 与 ${before} 一样快：可以确定所有差异都小于${MARGINS}。`;
    case 'small':
      return `${after} 与 ${before} 的差异小到无关紧要：${strongest(cells, verdict)}，小于${MARGINS}。`;
    case 'inconclusive':
      return hasFewRuns(cells)
        ? `不下结论：每个测试项中 ${before} 和 ${after} 都至少要有 ${RUNS_WANTED} 次有效运行；请两边都用 ` +
            `--repeat ${RUNS_WANTED} 或更大的值重放。`
        : `从这些运行看不出 ${after} 比 ${before} 快还是慢：置信区间超出了${MARGINS}；两边各多跑几次可以使区间变窄。`;
    case 'invalid':
      return cells.length === 0
        ? `${before} 与 ${after} 没有共同的测试项，无从比较。`
        : `${before} 与 ${after} 无法比较：运行无效、应答长度不同，或机器的状态发生了漂移。`;
  }
}

function strongest(cells: readonly CellComparison[], verdict: Verdict): string {
  const found = strongestFigure(cells, verdict);
  if (found === undefined) return '见下表';
  const { title, ratio, low, high } = found.metric;
  const range = low === null || high === null ? '' : `，95% 置信区间 ${q.change(low)} 至 ${q.change(high)}`;
  return `${chineseMetric(title)} ${q.change(ratio)}（测试项 ${cellName(found.cell)}${range}）`;
}

function mixed(cells: readonly CellComparison[]): string {
  return strongestFigure(cells, 'improvement') === undefined
    ? ''
    : `；但另一项指标变好：${strongest(cells, 'improvement')}`;
}
