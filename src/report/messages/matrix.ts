import type { Slo } from '../../measure/goodput.ts';
import { QUANTITIES } from '../quantities.ts';

const { en, zh } = QUANTITIES;

/** The limits that a good request meets: `TTFT up to 500 ms, TPOT up to 50 ms`. */
export const limits = {
  en: (slo: Slo) =>
    limitsOf(slo)
      .map(([name, ms]) => `${name} up to ${en.given(ms)}`)
      .join(', '),
  zh: (slo: Slo) =>
    limitsOf(slo)
      .map(([name, ms]) => `${name} 不超过 ${zh.given(ms)}`)
      .join('、'),
};

function limitsOf({ ttftMs, tpotMs, e2elMs, itlMs = null, ttfoMs = null }: Slo): readonly (readonly [string, number])[] {
  return (
    [
      ['TTFT', ttftMs],
      ['TPOT', tpotMs],
      ['E2EL', e2elMs],
      ['ITL', itlMs],
      ['TTFO', ttfoMs],
    ] as const
  ).flatMap(([name, ms]) => (ms === null ? [] : [[name, ms] as const]));
}

/** What is in and below the table of tests. */
export const matrix = {
  header: {
    label: { en: 'label', zh: '标签' },
    connections: { en: 'conns', zh: '连接' },
    arrivals: { en: 'arrivals', zh: '到达速率' },
    valid: { en: 'valid', zh: '有效' },
    sample: { en: 'n a run', zh: '每次样本数' },
  },
  more: { en: 'More columns', zh: '更多列' },
  tooFew: { en: (count: string, needed: string) => `${count} a run, ${needed} needed`, zh: (count: string, needed: string) => `每次运行 ${count} 个，需要 ${needed} 个` },
  title: { en: (label: string, target: string) => `${label}: ${target}`, zh: (label: string, target: string) => `${label}：${target}` },
  yes: { en: 'yes', zh: '是' },
  no: { en: 'NO', zh: '否' },
  meansOfAll: {
    en: 'Where none of several runs is valid, figures are the geometric mean over all of them; requests and errors are their sums.',
    zh: '多次运行均无效的测试项，数字取全部运行的几何平均；请求数和错误数为各次之和。',
  },
  means: {
    en: 'Figures of several runs are the geometric mean over the valid runs; requests and errors are their sums.',
    zh: '多次运行的数字取有效运行的几何平均；请求数和错误数为各次之和。',
  },
  fewRequests: {
    en: (needs: string) => `Percentiles with too few requests are shown as –: it takes ${needs}.`,
    zh: (needs: string) => `短横线表示请求数不足以给出该百分位：${needs}。`,
  },
  percentileNeeds: {
    en: (name: string, requests: string) => `${requests} for a ${name}`,
    zh: (name: string, requests: string) => `${name} 需要 ${requests} 个`,
  },
  goodput: {
    en: (slo: Slo) => `Goodput is the share of requests with ${limits.en(slo)}; errors count as bad.`,
    zh: (slo: Slo) => `达标率（goodput）是满足 ${limits.zh(slo)} 的请求所占的比例；错误算作不达标。`,
  },
  errorKinds: { en: (kinds: string) => `Errors: ${kinds}.`, zh: (kinds: string) => `错误：${kinds}。` },
  errorKind: { en: (name: string, count: string) => `${name} (${count})`, zh: (name: string, count: string) => `${name}（${count} 次）` },
  aborts: {
    en: 'Aborts are requests cut where their recorded clients had disconnected: they are neither errors nor in the latencies.',
    zh: '中断的请求是在录制时客户端断开的位置切断的：既不算错误，也不计入延迟。',
  },
  retried: {
    en: (n: string) => `${n} requests were sent again because a kept connection had been closed.`,
    zh: (n: string) => `有 ${n} 个请求因保持的连接已被关闭而重发过一次。`,
  },
  retryAfter: {
    en: (n: string, longest: string) => `${n} answers asked to wait (Retry-After), the longest ${longest}; replay waits with --honour-retry-after.`,
    zh: (n: string, longest: string) => `有 ${n} 个应答要求等待（Retry-After），最长 ${longest}；使用 --honour-retry-after 时会照做。`,
  },
  lengthsNotKept: {
    en: (asked: string, generated: string) => `Response lengths were not kept: ${asked} tokens were asked for and ${generated} came.`,
    zh: (asked: string, generated: string) => `响应长度没有被遵守：要求 ${asked} 个 token，实际得到 ${generated} 个。`,
  },
  countedChunks: {
    en: 'Some streams reported no usage: their tokens are counted as chunks, a lower bound.',
    zh: '部分流式响应没有报告 usage，其 token 数按收到的数据块计，是下限。',
  },
  otherTraffic: {
    en: (id: number, cell: string, n: string) => `Run ${id} (${cell}) began while the server was processing ${n} other requests.`,
    zh: (id: number, cell: string, n: string) => `第 ${id} 号运行（${cell}）开始时，服务器正在处理他人的请求（${n} 个）。`,
  },
  invalidRun: {
    en: (id: number, cell: string, reasons: string) => `Run ${id} (${cell}) is not valid: ${reasons}.`,
    zh: (id: number, cell: string, reasons: string) => `第 ${id} 号运行（${cell}）无效：${reasons}。`,
  },
};
