import { cellName } from '../../model/run.ts';
import type { Slo } from '../../model/slo.ts';
import type { ArrivalLevel, CellGoodput } from '../findings/objective-evidence.ts';
import { QUANTITIES } from '../quantities.ts';
import { chineseMatrix } from './chinese-matrix.ts';
import type { englishObjectives } from './english-objectives.ts';
import { limitsText } from './limits-text.ts';

const q = QUANTITIES.zh;

const limits = (slo: Slo): string => limitsText(slo, chineseMatrix.limit, q, '、');

const shares = (cells: readonly CellGoodput[]): string =>
  cells
    .map(
      ({ cell, share, requests, runs }) =>
        `${cellName(cell)}：${runs} 次运行共 ${q.whole(requests)} 个请求，${q.portion(share)} 达标`,
    )
    .join('；');

const RULE =
  '对测试项的各次有效运行，取满足全部目标的请求所占比例的中位数；错误算作不达标。用 --slo 给出目标时报告。每次运行少于 662 个请求时，接近 99% 的比例并不确定。';

const levelFigures = ({ arrivalsPerSec, requestsPerSec, meanMs, runs, requests }: ArrivalLevel): string =>
  `每秒到达 ${q.times(arrivalsPerSec)} 个：每秒应答 ${q.rate(requestsPerSec)} 个，平均响应时间 ${q.duration(meanMs)}（${runs} 次运行，${q.whole(requests)} 个请求）`;

/** What is found about objectives and arrivals, in Chinese. */
export const chineseObjectives: typeof englishObjectives = {
  sloCell: ({ slo, wanted, best, cells }) => ({
    sentence: `满足服务目标（${q.percent(wanted)} 的请求 ${limits(slo)}）且吞吐量最高的测试项是 ${cellName(best.cell)}：每秒达标请求 ${q.rate(best.goodPerSec)} 个。`,
    evidence: `${shares(cells)}。`,
    condition: RULE,
  }),
  sloNone: ({ slo, wanted, nearest, cells }) => ({
    sentence: `没有测试项满足服务目标（${q.percent(wanted)} 的请求 ${limits(slo)}）；最接近的是 ${cellName(nearest.cell)}，达标 ${q.portion(nearest.share)}。`,
    evidence: `${shares(cells)}。`,
    condition: RULE,
  }),
  sloPoint: ({ slo, wanted, best }) => ({
    sentence:
      best.cell.ratePerSec === undefined
        ? `要满足服务目标（${limits(slo)}），请把在途请求数控制在 ${best.cell.connections} 左右：此时每秒达标请求 ${q.rate(best.goodPerSec)} 个。`
        : `要满足服务目标（${limits(slo)}），请把进入的请求控制在每秒 ${q.times(best.cell.ratePerSec)} 个左右：其中每秒 ${q.rate(best.goodPerSec)} 个达标。`,
    evidence: `${shares([best])}。`,
    condition: `在 ${q.percent(wanted)} 的请求达标的测试项中，取每秒达标请求最多的一个。`,
  }),
  arrivals: ({ from, to }) => ({
    sentence: `到达速率从每秒 ${q.times(from.arrivalsPerSec)} 个增加到 ${q.times(to.arrivalsPerSec)} 个（${q.times(to.arrivalsPerSec / from.arrivalsPerSec)} 倍），应答速率变为 ${q.times(to.requestsPerSec / from.requestsPerSec)} 倍，平均响应时间变为 ${q.times(to.meanMs / from.meanMs)} 倍。`,
    evidence: `${levelFigures(from)}；${levelFigures(to)}。`,
    condition: '比较开环中相邻的到达速率。响应时间从计划发出的时刻算起；窗口之后的应答不计入速率。',
  }),
};
