import type { Verdict } from '../../compare/judge.ts';
import { counted } from './catalogue.ts';
import type { Language } from './languages.ts';

/** What a comparison says beside its conclusion. */
export const comparison = {
  metric: { en: 'metric', zh: '指标' },
  before: { en: 'before', zh: '改动前' },
  after: { en: 'after', zh: '改动后' },
  change: { en: 'change', zh: '变化' },
  interval: { en: (level: string) => `${level} interval`, zh: (level: string) => `${level} 置信区间` },
  p: { en: 'p', zh: 'p 值' },
  signFlipP: { en: 'sign-flip p', zh: '符号翻转检验 p 值' },
  verdict: { en: 'verdict', zh: '结论' },
  /** Names for people; JSON has the closed list's own. */
  verdicts: {
    regression: { en: 'regression', zh: '变慢' },
    improvement: { en: 'improvement', zh: '变快' },
    equivalent: { en: 'equivalent', zh: '等效' },
    small: { en: 'real but small', zh: '确有差异但很小' },
    inconclusive: { en: 'inconclusive', zh: '无法判断' },
    invalid: { en: 'invalid', zh: '无效' },
  } satisfies Record<Verdict, Record<Language, string>>,
  /** Of a metric that may not be judged. */
  notComparable: { en: 'not comparable', zh: '不可比' },
  /** Of a metric that only describes. */
  runsLeftOut: {
    en: (runs: string, first: string, reasons: string) => `runs ${runs} are left out; run ${first}: ${reasons}`,
    zh: (runs: string, first: string, reasons: string) => `第 ${runs} 号运行不计入；第 ${first} 号：${reasons}`,
  },
  inParentheses: { en: 'In parentheses: the metric describes and does not decide.', zh: '括号：该指标只作描述，不参与判定。' },
  descriptive: { en: (verdict: string) => `(${verdict})`, zh: (verdict: string) => `（${verdict}）` },
  range: { en: (low: string, high: string) => `${low} to ${high}`, zh: (low: string, high: string) => `${low} 至 ${high}` },
  cell: {
    en: (cell: string, verdict: string, made: string) => `${cell}: ${verdict} (${made})`,
    zh: (cell: string, verdict: string, made: string) => `${cell}：${verdict}（${made}）`,
  },
  validRuns: {
    en: (before: number, nameBefore: string, after: number, nameAfter: string) => `${counted(before, 'valid run')} of ${nameBefore}, ${after} of ${nameAfter}`,
    zh: (before: number, nameBefore: string, after: number, nameAfter: string) => `${nameBefore} 有效运行 ${before} 次，${nameAfter} ${after} 次`,
  },
  pairs: { en: (pairs: number) => counted(pairs, 'pair'), zh: (pairs: number) => `${pairs} 对` },
  validPairs: {
    en: (valid: number, pairs: number) => `${valid} valid of ${counted(pairs, 'pair')}`,
    zh: (valid: number, pairs: number) => `${pairs} 对中 ${valid} 对有效`,
  },
  look: {
    en: (number: number, of: number, pairs: number, level: string) => `interim analysis ${number} of ${of}, at ${counted(pairs, 'pair')}, significance level ${level}`,
    zh: (number: number, of: number, pairs: number, level: string) => `第 ${number} 次期中分析（共 ${of} 次），已完成 ${pairs} 对，本次显著性水平 ${level}`,
  },
  /** Between the interim analyses. */
  noPair: { en: 'no valid pair yet', zh: '还没有有效的运行对' },
  estimate: { en: (figures: string) => `${figures} (an estimate, not a verdict)`, zh: (figures: string) => `${figures}（仅为估计，不是结论）` },
  differences: { en: 'differences reported by the servers', zh: '两边服务器自报信息的不同之处' },
  setting: { en: 'setting', zh: '配置项' },
  allMetrics: { en: 'Every metric with its figures: --all.', zh: '全部指标及其数值：--all。' },
  more: { en: (n: string) => `and ${n} more`, zh: (n: string) => `另有 ${n} 项` },
  notValid: { en: (message: string) => `not valid: ${message}`, zh: (message: string) => `无效：${message}` },
  pairByPair: {
    en: (metric: string, changes: string) => `${metric}, pair by pair: ${changes}`,
    zh: (metric: string, changes: string) => `${metric} 逐对变化：${changes}`,
  },
  outlying: {
    en: (pairs: string, estimates: string) => `pair ${pairs} is an outlier; outlier-resistant estimate (Hodges–Lehmann): ${estimates}`,
    zh: (pairs: string, estimates: string) => `第 ${pairs} 对是离群值；不易受其影响的估计（Hodges–Lehmann）：${estimates}`,
  },
  answers: {
    title: { en: 'identical answers to the same requests', zh: '同一批请求的回答是否相同' },
    what: { en: 'compared', zh: '比较内容' },
    betweenArms: { en: 'between the sides', zh: '两边之间' },
    withinBaseline: { en: 'baseline with itself', zh: '基线自身' },
    text: { en: 'text', zh: '文本' },
    length: { en: 'length', zh: '长度' },
    finishReason: { en: 'finish reason', zh: '结束原因' },
    toolCalls: { en: 'tool calls', zh: '是否调用工具' },
    agreed: {
      en: (same: string, of: string, share: string) => `${same} of ${of} (${share})`,
      zh: (same: string, of: string, share: string) => `${same}/${of}（${share}）`,
    },
  },
  servers: { en: 'figures reported by the servers', zh: '服务器自报的指标' },
  recorded: {
    title: { en: 'replayed compared with recorded, same requests', zh: '同一批请求：重放与录制时相比' },
    note: { en: 'for information only: load and conditions differed when recording', zh: '仅供参考：录制时的负载和环境与现在不同' },
  },
  budget: {
    title: { en: 'pairs and time needed to detect a change with a power of 80 %', zh: '以 80% 的功效检测出变化所需的对数与时间' },
    noise: { en: 'noise', zh: '噪声' },
    atMost: { en: 'at most', zh: '噪声上限' },
    foundNow: { en: 'detectable now', zh: '现可检测' },
    tooMany: { en: 'over 1,000', zh: '超过 1,000' },
    step: { en: (pairs: string, time: string) => `${pairs} (${time})`, zh: (pairs: string, time: string) => `${pairs}（${time}）` },
    seconds: { en: (n: string) => `${n} s`, zh: (n: string) => `${n} 秒` },
    minutes: { en: (n: string) => `${n} min`, zh: (n: string) => `${n} 分钟` },
    hours: { en: (n: string) => `${n} h`, zh: (n: string) => `${n} 小时` },
    note: {
      en: 'noise is the standard deviation of a pair; plans use its 80 % upper bound, because a small pilot underestimates noise by chance',
      zh: '噪声是每对变化的标准差；按标准差的 80% 置信上限估算，避免预试验样本过少而低估噪声',
    },
  },
  page: {
    title: { en: (after: string, before: string) => `${after} compared with ${before}`, zh: (after: string, before: string) => `${after} 与 ${before} 的对比` },
    notes: { en: 'Notes', zh: '说明' },
    pairs: { en: 'Pair by pair', zh: '逐对变化' },
    figures: { en: 'Figures', zh: '数据' },
    strip: { en: (cell: string) => `Before and after at ${cell}`, zh: (cell: string) => `${cell} 改动前后对比` },
    pair: { en: (n: string) => `pair ${n}`, zh: (n: string) => `第 ${n} 对` },
    runs: { en: (before: string, after: string) => `runs ${before} and ${after}`, zh: (before: string, after: string) => `第 ${before}、${after} 号运行` },
  },
};
