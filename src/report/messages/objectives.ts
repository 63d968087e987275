import { cellName } from '../../model/run.ts';
import type { ArrivalLevel, CellGoodput, ObjectiveFacts } from '../findings/finding.ts';
import { QUANTITIES } from '../quantities.ts';
import { counted, type FindingMessages } from './catalogue.ts';
import { limits } from './matrix.ts';

const { en, zh } = QUANTITIES;

const shares = {
  en: (cells: readonly CellGoodput[]) => cells.map(({ cell, share, requests, runs }) => `${cellName(cell)}: ${en.portion(share)} of ${en.whole(requests)} requests in ${counted(runs, 'run')}`).join('; '),
  zh: (cells: readonly CellGoodput[]) => cells.map(({ cell, share, requests, runs }) => `${cellName(cell)}：${runs} 次运行共 ${zh.whole(requests)} 个请求，${zh.portion(share)} 达标`).join('；'),
};

const RULE = {
  en: 'Mean over a load’s valid runs of the share of requests that met every limit; errors count as bad. Reported with --slo. Below 662 requests per run a share near 99 % is uncertain.',
  zh: '对测试项的各次有效运行，取满足全部目标的请求所占比例的中位数；错误算作不达标。用 --slo 给出目标时报告。每次运行少于 662 个请求时，接近 99% 的比例并不确定。',
};

const levelFigures = {
  en: ({ arrivalsPerSec, requestsPerSec, meanMs, runs, requests }: ArrivalLevel) =>
    `${en.times(arrivalsPerSec)} arrivals/s: ${en.rate(requestsPerSec)} responses/s, mean response time ${en.duration(meanMs)} (${counted(runs, 'run')}, ${en.whole(requests)} requests)`,
  zh: ({ arrivalsPerSec, requestsPerSec, meanMs, runs, requests }: ArrivalLevel) =>
    `每秒到达 ${zh.times(arrivalsPerSec)} 个：每秒响应 ${zh.rate(requestsPerSec)} 个，含排队的平均响应时间 ${zh.duration(meanMs)}（${runs} 次运行，${zh.whole(requests)} 个请求）`,
};

/** What is found about objectives and arrivals. */
export const OBJECTIVES: FindingMessages<ObjectiveFacts> = {
  sloCell: {
    sentence: {
      en: ({ slo, wanted, best }) =>
        `The load that meets the objectives (${limits.en(slo)}, for ${en.percent(wanted)} of the requests) with the highest throughput is ${cellName(best.cell)}, with ${en.rate(best.goodPerSec)} good requests/s.`,
      zh: ({ slo, wanted, best }) => `满足服务目标（${zh.percent(wanted)} 的请求 ${limits.zh(slo)}）且吞吐量最高的测试项是 ${cellName(best.cell)}：每秒达标请求 ${zh.rate(best.goodPerSec)} 个。`,
    },
    evidence: { en: ({ cells }) => `${shares.en(cells)}.`, zh: ({ cells }) => `${shares.zh(cells)}。` },
    condition: RULE,
  },
  sloNone: {
    sentence: {
      en: ({ slo, wanted, nearest }) => `No load meets the objectives (${limits.en(slo)}, for ${en.percent(wanted)} of the requests); the nearest is ${cellName(nearest.cell)} with ${en.portion(nearest.share)}.`,
      zh: ({ slo, wanted, nearest }) => `没有测试项满足服务目标（${zh.percent(wanted)} 的请求 ${limits.zh(slo)}）；最接近的是 ${cellName(nearest.cell)}，达标 ${zh.portion(nearest.share)}。`,
    },
    evidence: { en: ({ cells }) => `${shares.en(cells)}.`, zh: ({ cells }) => `${shares.zh(cells)}。` },
    condition: RULE,
  },
  sloPoint: {
    sentence: {
      en: ({ slo, best }) =>
        best.cell.ratePerSec === undefined
          ? `To meet the objectives (${limits.en(slo)}), keep about ${best.cell.connections} requests in flight: that gave ${en.rate(best.goodPerSec)} good requests/s.`
          : `To meet the objectives (${limits.en(slo)}), admit about ${en.times(best.cell.ratePerSec)} requests/s: ${en.rate(best.goodPerSec)} of them were good.`,
      zh: ({ slo, best }) =>
        best.cell.ratePerSec === undefined
          ? `要满足服务目标（${limits.zh(slo)}），请把在途请求数控制在 ${best.cell.connections} 左右：此时每秒达标请求 ${zh.rate(best.goodPerSec)} 个。`
          : `要满足服务目标（${limits.zh(slo)}），请把进入的请求控制在每秒 ${zh.times(best.cell.ratePerSec)} 个左右：其中每秒 ${zh.rate(best.goodPerSec)} 个达标。`,
    },
    evidence: { en: ({ best }) => `${shares.en([best])}.`, zh: ({ best }) => `${shares.zh([best])}。` },
    condition: {
      en: ({ wanted }) => `The load with the most good requests/s among those where ${en.percent(wanted)} of the requests are good.`,
      zh: ({ wanted }) => `在 ${zh.percent(wanted)} 的请求达标的测试项中，取每秒达标请求最多的一个。`,
    },
  },
  arrivals: {
    sentence: {
      en: ({ from, to }) =>
        `${en.times(to.arrivalsPerSec / from.arrivalsPerSec)} times the arrivals (${en.times(from.arrivalsPerSec)} to ${en.times(to.arrivalsPerSec)}/s) gave ${en.times(to.requestsPerSec / from.requestsPerSec)} times the responses and ${en.times(to.meanMs / from.meanMs)} times the mean response time.`,
      zh: ({ from, to }) =>
        `到达速率从每秒 ${zh.times(from.arrivalsPerSec)} 个增加到 ${zh.times(to.arrivalsPerSec)} 个（${zh.times(to.arrivalsPerSec / from.arrivalsPerSec)} 倍），响应速率变为 ${zh.times(to.requestsPerSec / from.requestsPerSec)} 倍，含排队的平均响应时间变为 ${zh.times(to.meanMs / from.meanMs)} 倍。`,
    },
    evidence: { en: ({ from, to }) => `${levelFigures.en(from)}; ${levelFigures.en(to)}.`, zh: ({ from, to }) => `${levelFigures.zh(from)}；${levelFigures.zh(to)}。` },
    condition: {
      en: 'Neighbouring rates of open loops. Response times count from the scheduled time; responses after the window are not in the rate.',
      zh: '比较开环中相邻的到达速率。响应时间从计划发出的时刻算起；窗口之后的响应不计入速率。',
    },
  },
};
