import type { Verdict } from '../../compare/judge.ts';
import type { PeakNotes, PeakOutcome, PeakStop } from '../../compare/peak/answer.ts';
import type { Axis } from '../../compare/peak/axis.ts';
import type { LoadDecision } from '../../compare/peak/search.ts';
import { counted, type Sentences } from './catalogue.ts';
import type { Language } from './languages.ts';

type Said<T> = Readonly<Record<Language, T>>;

/** A load with its unit. */
const load: Readonly<Record<Axis, Said<(amount: string) => string>>> = {
  rate: { en: (n) => `${n} requests/s`, zh: (n) => `${n} 请求/秒` },
  connections: { en: (n) => (n === '1' ? '1 connection' : `${n} connections`), zh: (n) => `${n} 个连接` },
  'time-scale': { en: (n) => `${n} times the recorded speed`, zh: (n) => `录制速度的 ${n} 倍` },
};

const axis: Readonly<Record<Axis, Said<string>>> = {
  rate: { en: 'requests/s', zh: '请求/秒' },
  connections: { en: 'connections', zh: '连接数' },
  'time-scale': { en: 'time scale', zh: '时间倍率' },
};

const decision: Readonly<Record<LoadDecision | 'hint', Said<string>>> = {
  pass: { en: 'passes', zh: '通过' },
  fail: { en: 'fails', zh: '不通过' },
  undecided: { en: 'undecided', zh: '未定' },
  mixed: { en: 'passed and failed', zh: '前后不一' },
  hint: { en: 'one block only', zh: '仅一段' },
};

const stop: Readonly<Record<PeakStop, Said<string>>> = {
  time: { en: 'the time limit was reached: give a longer --max-time to narrow the answer', zh: '已到时限：加长 --max-time 可缩小范围' },
  visits: { en: 'all planned visits were made without settling both ends', zh: '计划的测试都已做完，两端仍未全部确定' },
  interrupt: { en: 'the search was stopped', zh: '搜索被中止' },
  client: { en: 'the load generator could not keep up: use --workers, or a machine with more free cores', zh: '压测端跟不上：请用 --workers，或换一台空闲核更多的机器' },
  server: { en: 'the server could no longer be reached', zh: '服务器已无法连接' },
};

type Ends = (passes: string | null, fails: string | null) => string;

/** What a search that did not settle knows; null where no load was decided so. */
const soFar: Said<Ends> = {
  en: (passes, fails) => {
    if (passes === null && fails === null) return 'No load has been decided yet.';
    if (fails === null) return `So far the server carries ${passes}, and its limit was not reached.`;
    return passes === null ? `So far the server does not carry ${fails}, and no lower load was decided.` : `So far the server carries ${passes} and does not carry ${fails}.`;
  },
  zh: (passes, fails) => {
    if (passes === null && fails === null) return '尚无任何负载有结论。';
    if (fails === null) return `目前测得：能承载 ${passes}，尚未测到上限。`;
    return passes === null ? `目前测得：不能承载 ${fails}，更低的负载尚无结论。` : `目前测得：能承载 ${passes}，不能承载 ${fails}。`;
  },
};

/** The sentence that answers, for one server. `passes` and `fails` are loads with their unit. */
const answer: Readonly<Record<PeakOutcome, Said<Ends>>> = {
  found: {
    en: (passes, fails) => `The server carries ${passes}, and does not carry ${fails}.`,
    zh: (passes, fails) => `服务器能承载 ${passes}，不能承载 ${fails}。`,
  },
  none: {
    en: (_passes, fails) => `No load is within the limits: already ${fails} is not.`,
    zh: (_passes, fails) => `没有负载能满足限制：${fails} 就已经不行。`,
  },
  all: {
    en: (passes) => `The server carries ${passes}, the highest load that was tried; raise --to to find its limit.`,
    zh: (passes) => `服务器能承载 ${passes}，这是试过的最高负载；加大 --to 可找到上限。`,
  },
  open: {
    en: (passes, fails) => `The search has not settled. ${soFar.en(passes, fails)}`,
    zh: (passes, fails) => `搜索尚未完成。${soFar.zh(passes, fails)}`,
  },
  client: {
    en: (passes, fails) => `The load generator was the limit. ${soFar.en(passes, fails)}`,
    zh: (passes, fails) => `受压测端限制。${soFar.zh(passes, fails)}`,
  },
};

const paired: Readonly<Record<Verdict, Said<string>>> = {
  regression: { en: 'The candidate carries less than the baseline.', zh: '候选版本的承载能力低于基线。' },
  improvement: { en: 'The candidate carries more than the baseline.', zh: '候选版本的承载能力高于基线。' },
  equivalent: { en: 'At the loads where the baseline is on the edge, the two differ by less than matters.', zh: '在基线的临界负载处，两者的差别小到无关紧要。' },
  small: { en: 'The two differ, by less than matters.', zh: '两者有差别，但小到无关紧要。' },
  inconclusive: { en: 'The search does not show which of the two carries more.', zh: '这次搜索看不出哪一个承载更多。' },
  invalid: { en: 'The two cannot be compared: the baseline has no load on the edge.', zh: '无法比较：基线没有临界负载。' },
};

/** Labels and sentences of a search, loads as texts with their unit. */
export const peak = {
  title: { en: 'Peak load', zh: '最大承载' },
  load,
  axis,
  decision,
  stop,
  answer,
  paired,
  terms: {
    en: (good: string, slo: string, confidence: string) => `At least ${good} of the requests must have ${slo}; confidence ${confidence}.`,
    zh: (good: string, slo: string, confidence: string) => `要求至少 ${good} 的请求满足 ${slo}；置信度 ${confidence}。`,
  },
  server: { en: (label: string, text: string) => `${label}: ${text}`, zh: (label: string, text: string) => `${label}：${text}` },
  bracket: {
    en: (passes: string | null, fails: string | null) => `highest that passes: ${passes ?? 'none yet'}, lowest that fails: ${fails ?? 'none yet'}`,
    zh: (passes: string | null, fails: string | null) => `已通过的最高负载：${passes ?? '尚无'}；未通过的最低负载：${fails ?? '尚无'}`,
  },
  visit: {
    en: (at: string, share: string, blocks: number, how: LoadDecision | 'hint') => `${at}: ${share} good in ${counted(blocks, 'block')}, ${decision[how].en}`,
    zh: (at: string, share: string, blocks: number, how: LoadDecision | 'hint') => `${at}：${blocks} 段中 ${share} 合格，${decision[how].zh}`,
  },
  loads: { en: 'Loads', zh: '各负载' },
  notes: { en: 'Notes', zh: '说明' },
  pairs: { en: 'Baseline and candidate in turn', zh: '基线与候选交替测量' },
  header: {
    load: { en: 'load', zh: '负载' },
    good: { en: 'good', zh: '合格' },
    curve: { en: 'curve', zh: '曲线' },
    interval: { en: 'interval', zh: '区间' },
    blocks: { en: 'blocks', zh: '段数' },
    decision: { en: 'decision', zh: '判定' },
    baseline: { en: 'baseline', zh: '基线' },
    candidate: { en: 'candidate', zh: '候选' },
    difference: { en: 'difference', zh: '差' },
    pairs: { en: 'pairs', zh: '对数' },
    verdict: { en: 'verdict', zh: '结论' },
  },
  curveNote: {
    en: "curve: the falling curve through all loads; interval: of the load's own blocks",
    zh: '曲线：经过所有负载的下降曲线；区间：仅由该负载自己的各段得出',
  },
  pairsNote: {
    en: 'share of good requests at the highest load that the baseline carries and the lowest that it does not',
    zh: '基线能承载的最高负载与不能承载的最低负载处的合格请求比例',
  },
  plot: {
    title: { en: 'Good requests by load', zh: '合格请求比例随负载的变化' },
    lead: { en: 'Where the share of good requests falls below what was asked, and how sure that is.', zh: '合格请求的比例在哪里跌破要求，有多大把握。' },
    definition: {
      en: ['Each dot is a block. The line is the falling curve that is closest to all blocks (isotonic regression).', 'The limit lies between the two marked loads.'],
      zh: ['每个点是一段。折线是与所有段最接近的下降曲线（保序回归）。', '上限在两个标出的负载之间。'],
    },
    description: {
      en: (from: string, to: string) => `Share of good requests by load, from ${from} to ${to}.`,
      zh: (from: string, to: string) => `合格请求比例随负载的变化，从 ${from} 到 ${to}。`,
    },
    share: { en: 'good requests', zh: '合格请求' },
    carries: { en: 'carries', zh: '能承载' },
    tip: { en: '{0}: {1} good', zh: '{0}：{1} 合格' },
  },
};

/** What is said of a note; loads as texts with their unit. */
export type SaidPeakNotes = {
  readonly [Kind in keyof PeakNotes]: { readonly [Fact in keyof PeakNotes[Kind]]: PeakNotes[Kind][Fact] extends PeakStop ? PeakStop : string };
};

export const peakNotes: Sentences<SaidPeakNotes> = {
  undecided: {
    en: ({ load, goodput }) => `${load} is too close to the limit to be decided: ${goodput} of its requests were good`,
    zh: ({ load, goodput }) => `${load} 离上限太近，无法判定：合格请求占 ${goodput}`,
  },
  drift: {
    en: ({ load }) => `${load} passed at one time and failed at another: the server was not the same throughout`,
    zh: ({ load }) => `${load} 有时通过、有时不通过：服务器前后状态不一致`,
  },
  notMonotone: {
    en: ({ failed, passed }) => `${passed} passed twice although ${failed} failed twice: more load made the server faster`,
    zh: ({ failed, passed }) => `${failed} 两次不通过，${passed} 却两次通过：负载更高时服务器反而更快`,
  },
  edge: {
    en: ({ tested, passes }) => `${tested} passed as well; the answer is ${passes}, since blocks that rarely go wrong are too rare to be seen at the edge`,
    zh: ({ tested, passes }) => `${tested} 也通过了；仍以 ${passes} 为准，因为临界处偶尔出错的段太少，不易测到`,
  },
  unconfirmed: {
    en: ({ load }) => `${load} was visited once only: it is not confirmed`,
    zh: ({ load }) => `${load} 只测了一次，未经复测确认`,
  },
  stopped: { en: ({ by }) => stop[by].en, zh: ({ by }) => stop[by].zh },
};
