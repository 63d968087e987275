import type { Tone } from '../block.ts';
import type { Language } from './languages.ts';

/** What the first screen of a report of two labels says. */
export const verdict = {
  title: { en: 'Before and after', zh: '改动前后对比' },
  tones: {
    better: { en: 'better', zh: '变好' },
    worse: { en: 'worse', zh: '变差' },
    same: { en: 'same', zh: '无变化' },
    open: { en: 'inconclusive', zh: '无法判断' },
    plain: { en: '', zh: '' },
  } satisfies Record<Tone, Record<Language, string>>,
  /** What is said of the loads of each tone, strongest first. */
  at: {
    worse: { en: (loads: string) => `worse at ${loads}`, zh: (loads: string) => `在 ${loads} 下变差` },
    better: { en: (loads: string) => `better at ${loads}`, zh: (loads: string) => `在 ${loads} 下变好` },
    same: { en: (loads: string) => `the same at ${loads}`, zh: (loads: string) => `在 ${loads} 下无变化` },
    open: { en: (loads: string) => `inconclusive at ${loads}`, zh: (loads: string) => `在 ${loads} 下无法判断` },
  } satisfies Record<Exclude<Tone, 'plain'>, Record<Language, (loads: string) => string>>,
  partly: { en: (loads: string) => `no change seen at ${loads}`, zh: (loads: string) => `在 ${loads} 下未见变化` },
  noneSeen: { en: 'no change seen', zh: '未见变化' },
  openOf: { en: (metrics: string) => `(${metrics} inconclusive)`, zh: (metrics: string) => `（${metrics} 无法判断）` },
  headline: {
    en: (after: string, before: string, parts: string) => `${after} against ${before}: ${parts}`,
    zh: (after: string, before: string, parts: string) => `${after} 对比 ${before}：${parts}`,
  },
  noLoad: { en: 'no load was run by both', zh: '两边没有共同的测试项' },
  changed: {
    en: (settings: string) => `Changed on the server: ${settings}.`,
    zh: (settings: string) => `服务器上的改动：${settings}。`,
  },
  changedNothing: {
    en: 'Changed on the server: nothing that it reports.',
    zh: '服务器上的改动：服务器自报信息没有不同。',
  },
  nothing: { en: 'nothing', zh: '无' },
  trade: {
    en: (load: string, cost: string, gain: string) => `At ${load} it costs: ${cost}. It gains: ${gain}.`,
    zh: (load: string, cost: string, gain: string) => `在 ${load} 下的代价：${cost}；收益：${gain}。`,
  },
  most: { en: (label: string, rate: string, load: string) => `${label} ${rate} requests/s at ${load}`, zh: (label: string, rate: string, load: string) => `${label} 在 ${load} 下 ${rate} 请求/秒` },
  carries: { en: (labels: string) => `Carried at most: ${labels}.`, zh: (labels: string) => `最高承载：${labels}。` },
  advice: {
    worse: { en: (before: string, loads: string) => `What to do: keep ${before} for loads such as ${loads}.`, zh: (before: string, loads: string) => `建议：像 ${loads} 这样的负载继续使用 ${before}。` },
    better: { en: (after: string, loads: string) => `What to do: take ${after}; it gains at ${loads}.`, zh: (after: string, loads: string) => `建议：采用 ${after}，它在 ${loads} 下更好。` },
    same: { en: 'What to do: decide by something else; speed is the same.', zh: '建议：速度没有差别，按其他标准选择。' },
    moreRuns: { en: 'What to do: repeat both more often (--repeat), better in turn (reprise ab).', zh: '建议：两边多跑几次（--repeat），最好用 reprise ab 交替运行。' },
    morePairs: { en: 'What to do: make more pairs (--pairs).', zh: '建议：多跑几对（--pairs）。' },
    invalid: { en: 'What to do: remove the cause named above, then measure again.', zh: '建议：先排除上述原因，再重新测量。' },
  },
  /** What the first screen of one label says. */
  carried: {
    nothing: { en: 'no run is valid: nothing can be concluded', zh: '没有有效的运行，无法得出结论' },
    fixRuns: { en: 'What to do: remove the causes named with the runs, then replay again.', zh: '建议：排除各次运行所列的原因后重新重放。' },
    most: { en: (rate: string, load: string) => `${rate} requests/s served at most, at ${load}`, zh: (rate: string, load: string) => `最高承载 ${rate} 请求/秒（${load}）` },
    mostAndKnee: {
      en: (rate: string, load: string, knee: string) => `${rate} requests/s served at most, at ${load}; hold it at ${knee} in flight`,
      zh: (rate: string, load: string, knee: string) => `最高承载 ${rate} 请求/秒（${load}）；在途请求宜保持在 ${knee} 个`,
    },
    hold: {
      en: (knee: string, rate: string) => `What to do: keep about ${knee} requests in flight, which gives ${rate} requests/s; beyond that latency grows faster than throughput.`,
      zh: (knee: string, rate: string) => `建议：在途请求保持在 ${knee} 个左右，此时 ${rate} 请求/秒；再往上延迟的增长快于吞吐量。`,
    },
    noKnee: { en: 'What to do: test more numbers of connections to find where latency starts to climb.', zh: '建议：增加几档连接数，以找到延迟开始上升的位置。' },
    keptUp: { en: (rate: string) => `kept up with ${rate} arrivals/s`, zh: (rate: string) => `每秒到达 ${rate} 个请求时仍跟得上` },
    fellBehind: { en: (rate: string) => `fell behind already at ${rate} arrivals/s`, zh: (rate: string) => `每秒到达 ${rate} 个请求时已跟不上` },
    arrivals: { en: (time: string) => `Mean response time at this rate: ${time}, waiting included.`, zh: (time: string) => `该到达速率下含排队的平均响应时间为 ${time}。` },
    best: { en: 'best rate', zh: '最高速率' },
    knee: { en: 'knee', zh: '拐点' },
    connections: { en: 'connections', zh: '个连接' },
  },
  repeat: { en: 'Repeat', zh: '重跑命令' },
  trust: { en: 'Trust', zh: '可信度' },
  load: { en: 'load', zh: '测试项' },
  valid: {
    en: (valid: number, runs: number) => `${valid} of ${runs} runs valid`,
    zh: (valid: number, runs: number) => `${runs} 次运行中 ${valid} 次有效`,
  },
  validPairs: {
    en: (valid: number, pairs: number) => `${valid} of ${pairs} pairs valid`,
    zh: (valid: number, pairs: number) => `${pairs} 对中 ${valid} 对有效`,
  },
  checksFailed: { en: (checks: number) => (checks === 1 ? '1 check failed' : `${checks} checks failed`), zh: (checks: number) => `${checks} 项检查未通过` },
  checksPassed: { en: 'all checks passed', zh: '检查全部通过' },
  interleaved: { en: 'runs interleaved', zh: '两边交替运行' },
  apart: { en: 'not interleaved', zh: '两边未交替运行' },
  cacheAlike: { en: (range: string) => `cache alike (${range})`, zh: (range: string) => `缓存命中率相近（${range}）` },
  cacheApart: { en: (range: string) => `cache ${range}`, zh: (range: string) => `缓存命中率 ${range}` },
  cacheUnknown: { en: 'cache not known', zh: '缓存命中率未知' },
  errors: {
    en: (errors: string, requests: string) => `errors ${errors} of ${requests}`,
    zh: (errors: string, requests: string) => `错误 ${errors}/${requests}`,
  },
  clientFast: { en: 'client fast enough', zh: '压测端够快' },
  clientUnknown: { en: 'client not known', zh: '压测端情况未知' },
  clientSlow: { en: 'client too slow', zh: '压测端太慢' },
  note: {
    en: (level: string, latency: string, rate: string) => `Dot: estimate; bar: ${level} interval; grey band: of no consequence (±${latency}, tokens/s ±${rate}); axis ×⅔ to ×1.5, left is lower; arrow: beyond the axis.`,
    zh: (level: string, latency: string, rate: string) => `圆点：估计值；横线：${level} 置信区间；灰带：可忽略的变化（±${latency}，token/秒 ±${rate}）；坐标 ×⅔ 至 ×1.5，左为更低；箭头：超出坐标范围。`,
  },
};
