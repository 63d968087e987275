import type { Margins } from '../../compare/compared-metrics.ts';
import type { CellChange, Conclusion, Conclusions, RunsMade } from '../../compare/conclusion.ts';
import type { PairedChange, SessionConclusion, SessionConclusions } from '../../compare/session/session-conclusion.ts';
import { cellName, isOpenCell } from '../../model/run.ts';
import { QUANTITIES } from '../quantities.ts';
import { counted, type Sentences, sentenceOf } from './catalogue.ts';
import type { Language } from './languages.ts';
import { metricName, metricPhrase } from './metric-names.ts';
import { invalidityText } from './notes/comparison-notes.ts';

const { en, zh } = QUANTITIES;

type Cause = Conclusions['notComparable']['cells'][number]['cause'];

/** Why runs cannot be compared, the first that holds, with the remedy. */
const CAUSES: Readonly<Record<Cause, Readonly<Record<Language, string>>>> = {
  settings: {
    en: 'because they were not asked the same. Replay one of them with the settings of the other, or add --accept settings.',
    zh: '因为两边的请求设置不同。请用相同的设置重放其中一边，或加上 --accept settings。',
  },
  cache: {
    en: 'because the prefix cache helped one side more. Replay both with --cache salt or --cache reset, or add --accept cache.',
    zh: '因为前缀缓存对其中一边的帮助更大。请两边都用 --cache salt 或 --cache reset 重放，或加上 --accept cache。',
  },
  machineDrifted: {
    en: 'because the machine drifted. Let it settle, then replay again.',
    zh: '因为机器状态发生了漂移。请等机器稳定后重新重放。',
  },
  countedApart: {
    en: 'because their tokens were counted in different ways. Replay both with --usage final, on servers that know it.',
    zh: '因为两边 token 的计数方式不同。请在支持的服务器上两边都用 --usage final 重放。',
  },
  lengthsNotKept: {
    en: 'because their responses differ in length although lengths were pinned where that is safe.',
    zh: '因为两边的响应长度不同，尽管长度已在安全时固定。',
  },
  lengthsDiffer: {
    en: 'because their responses differ in length. Replay both with --lengths pinned.',
    zh: '因为两边的响应长度不同。请两边都用 --lengths pinned 重放。',
  },
};

const worstCause = (cells: Conclusions['notComparable']['cells']): Cause => (Object.keys(CAUSES) as Cause[]).find((kind) => cells.some(({ cause }) => cause === kind)) ?? 'lengthsDiffer';

/** The parts that sentences on runs have in common. */
const change = {
  en: ({ metric, cell, ratio, low, high }: CellChange) => {
    const times = ratio >= 2;
    const end = times ? en.factor : en.change;
    const range = low === null || high === null ? '' : ` (95 % interval ${end(low)} to ${end(high)}${times ? ' times' : ''})`;
    return `${metricName(metric, 'en')} ${times ? `is ${en.factor(ratio)} times as high` : en.change(ratio)}${range} at ${cellName(cell)}`;
  },
  zh: ({ metric, cell, ratio, low, high }: CellChange) => {
    const times = ratio >= 2;
    const end = times ? zh.factor : zh.change;
    const range = low === null || high === null ? '' : `，95% 置信区间 ${end(low)} 至 ${end(high)}${times ? ' 倍' : ''}`;
    return `${metricName(metric, 'zh')} ${times ? `为原来的 ${zh.factor(ratio)} 倍` : zh.change(ratio)}（测试项 ${cellName(cell)}${range}）`;
  },
};

const margins = {
  en: ({ lower, higher }: Margins) => `${en.short(lower)} of latency and ${en.short(higher)} of throughput`,
  zh: ({ lower, higher }: Margins) => `延迟的 ${zh.short(lower)}、吞吐的 ${zh.short(higher)}`,
};

const CONCLUSIONS: Sentences<Conclusions> = {
  regression: {
    en: ({ before, after, change: worst, improved }) => `${after} is slower than ${before}: ${change.en(worst)}` + `${improved === null ? '' : `, but faster by another metric (${change.en(improved)})`}.`,
    zh: ({ before, after, change: worst, improved }) => `${after} 比 ${before} 慢：${change.zh(worst)}` + `${improved === null ? '' : `；但另一项指标变好：${change.zh(improved)}`}。`,
  },
  improvement: {
    en: ({ before, after, change: best }) => `${after} is faster than ${before}: ${change.en(best)}.`,
    zh: ({ before, after, change: best }) => `${after} 比 ${before} 快：${change.zh(best)}。`,
  },
  equivalent: {
    en: ({ before, after, margins: m }) => `${after} is as fast as ${before}: with 95 % confidence every difference is below ${margins.en(m)}.`,
    zh: ({ before, after, margins: m }) => `${after} 与 ${before} 等效：以 95% 的置信度，所有差异都小于${margins.zh(m)}。`,
  },
  small: {
    en: ({ before, after, change: largest, margins: m }) => `${after} differs from ${before} by less than the margin: ${change.en(largest)}, below ${margins.en(m)}.`,
    zh: ({ before, after, change: largest, margins: m }) => `${after} 与 ${before} 的差异在允许范围内：${change.zh(largest)}，小于${margins.zh(m)}。`,
  },
  inconclusive: {
    en: ({ before, after, margins: m }) => `No verdict: the runs do not show whether ${after} is faster or slower than ${before}, since the intervals extend beyond ${margins.en(m)}. More runs of each narrow them.`,
    zh: ({ before, after, margins: m }) => `不下结论：从这些运行看不出 ${after} 比 ${before} 快还是慢，置信区间超出了${margins.zh(m)}。两边各多跑几次可以使区间变窄。`,
  },
  tooFewRuns: {
    en: ({ before, after, cells, needed }) => {
      const [first, ...others] = cells;
      const counts = first === undefined ? '' : `${cellName(first.cell)} has ${counted(first.before.valid, 'valid run')} of ${before} and ${first.after.valid} of ${after}; `;
      const more = others.length === 0 ? '' : ` ${counted(others.length, 'other load')} ${others.length === 1 ? 'has' : 'have'} too few as well.`;
      const repeat = `replay both with --repeat ${needed} or more`;
      const { tooFewMade, rejected } = shortages(cells, needed);
      const advice = rejected ? `Fix the causes listed below, then ${tooFewMade ? repeat : 'replay again'}.` : `R${repeat.slice(1)}.`;
      return `No verdict: ${counts}${needed} of each are needed.${more} ${advice}`;
    },
    zh: ({ before, after, cells, needed }) => {
      const [first, ...others] = cells;
      const counts = first === undefined ? '' : `测试项 ${cellName(first.cell)} 中 ${before} 有 ${first.before.valid} 次有效运行，${after} 有 ${first.after.valid} 次；`;
      const more = others.length === 0 ? '' : `另有 ${others.length} 个测试项的有效运行不足。`;
      const { tooFewMade, rejected } = shortages(cells, needed);
      const repeat = `用 --repeat ${needed} 或更大的值重放两边`;
      const advice = rejected ? `请先排除下列原因，再${tooFewMade ? repeat : '重新重放'}` : `请${repeat}`;
      return `不下结论：${counts}每边需要 ${needed} 次。${more}${advice}。`;
    },
  },
  notComparable: {
    en: ({ before, after, cells }) => `No verdict: ${before} and ${after} cannot be compared at ${cells.map(({ cell }) => cellName(cell)).join(', ')}, ${CAUSES[worstCause(cells)].en}`,
    zh: ({ before, after, cells }) => `不下结论：在测试项 ${cells.map(({ cell }) => cellName(cell)).join('、')} 上无法比较 ${before} 与 ${after}，${CAUSES[worstCause(cells)].zh}`,
  },
  noCommonCell: {
    en: ({ before, after }) => `No verdict: ${before} and ${after} have no load in common, so there is nothing to compare.`,
    zh: ({ before, after }) => `不下结论：${before} 与 ${after} 没有共同的测试项，无从比较。`,
  },
};

/** Whether cells lack runs because too few were made, and because some of those that were made are not valid. */
function shortages(cells: readonly { readonly before: RunsMade; readonly after: RunsMade }[], needed: number): { readonly tooFewMade: boolean; readonly rejected: boolean } {
  const sides = cells.flatMap(({ before, after }) => [before, after]);
  return {
    tooFewMade: sides.some(({ made }) => made < needed),
    rejected: sides.some(({ made, valid }) => valid < made),
  };
}

/** The verdict on two sets of runs in one sentence, with the figure that carries it. */
export const conclusionText = (conclusion: Conclusion, language: Language): string => sentenceOf(CONCLUSIONS, conclusion, language);

/** How much a metric changed, without its sign. */
const amount = ({ ratio }: PairedChange): number => Math.abs(ratio - 1);

/** From a doubling on a sentence says how many times. */
const isFactor = ({ ratio }: PairedChange): boolean => ratio >= 2;

/** What an interval is of, and over how many pairs. It is turned the way the sentence goes: how much faster. */
const evidence = {
  en: (figure: PairedChange, turned: boolean) => {
    const [low, high] = range(figure, turned);
    const ends = (from: number, to: number) => (isFactor(figure) ? `${en.factor(1 + from)} to ${en.factor(1 + to)} times` : `${en.portion(from)} to ${en.portion(to)}`);
    const interval = low === null || high === null ? [] : [`${en.short(figure.level)} interval ${ends(low, high)}`];
    const where = isOpenCell(figure.cell) ? cellName(figure.cell) : `${figure.cell.connections} connections`;
    return [metricName(figure.metric, 'en'), ...interval, counted(figure.pairs, 'pair'), where].join(', ');
  },
  zh: (figure: PairedChange, turned: boolean) => {
    const [low, high] = range(figure, turned);
    const ends = (from: number, to: number) => (isFactor(figure) ? `${zh.factor(1 + from)} 至 ${zh.factor(1 + to)} 倍` : `${zh.portion(from)} 至 ${zh.portion(to)}`);
    const interval = low === null || high === null ? [] : [`${zh.short(figure.level)} 置信区间 ${ends(low, high)}`];
    const where = isOpenCell(figure.cell) ? cellName(figure.cell) : `${figure.cell.connections} 个连接`;
    return [metricName(figure.metric, 'zh'), ...interval, `${figure.pairs} 对`, where].join('，');
  },
};

function range({ low, high }: PairedChange, turned: boolean): readonly [null, null] | readonly [number, number] {
  if (low === null || high === null) return [null, null];
  return turned ? [1 - high, 1 - low] : [low - 1, high - 1];
}

const claim = {
  en: (after: string, figure: PairedChange, more = '') => {
    const worse = figure.ratio > 1 === (figure.better === 'lower');
    const [bad, good] = figure.better === 'lower' ? ['slower', 'faster'] : ['lower', 'higher'];
    const times = figure.better === 'lower' ? `takes ${en.factor(figure.ratio)} times as long` : `is ${en.factor(figure.ratio)} times as high`;
    const claimed = isFactor(figure) ? times : `is ${en.portion(amount(figure))} ${worse ? bad : good}`;
    return `${after} ${claimed} ${metricPhrase(figure.metric, 'en')}${more} (${evidence.en(figure, figure.ratio < 1)})`;
  },
  zh: (figure: PairedChange) => {
    const percent = `${figure.ratio < 1 ? '下降' : '上升'} ${zh.portion(amount(figure))}`;
    return `${metricPhrase(figure.metric, 'zh')}${isFactor(figure) ? `变为原来的 ${zh.factor(figure.ratio)} 倍` : percent}（${evidence.zh(figure, figure.ratio < 1)}）`;
  },
};

const SESSION_CONCLUSIONS: Sentences<SessionConclusions> = {
  invalid: {
    en: ({ finding }) => `No verdict: ${finding === null ? 'nothing could be measured' : invalidityText(finding, 'en')}.`,
    zh: ({ finding }) => `不下结论：${finding === null ? '什么都没有测到' : invalidityText(finding, 'zh')}。`,
  },
  noValidPair: { en: () => 'No pair is valid yet.', zh: () => '还没有有效的运行对。' },
  estimate: {
    en: ({ after, change: figure }) => `No verdict yet, an estimate: ${claim.en(after, figure)}.`,
    zh: ({ change: figure }) => `尚无结论，仅为估计：${claim.zh(figure)}。`,
  },
  regression: {
    en: ({ after, change: figure, improved }) => `${claim.en(after, figure)}${improved === null ? '' : `, but better by another metric (${metricName(improved.metric, 'en')} ${en.change(improved.ratio)})`}.`,
    zh: ({ before, after, change: figure, improved }) =>
      `${after} 比 ${before} 慢：${claim.zh(figure)}` + `${improved === null ? '' : `；但另一项指标变好（${metricName(improved.metric, 'zh')} ${zh.change(improved.ratio)}）`}。`,
  },
  improvement: {
    en: ({ after, change: figure }) => `${claim.en(after, figure)}.`,
    zh: ({ before, after, change: figure }) => `${after} 比 ${before} 快：${claim.zh(figure)}。`,
  },
  equivalent: {
    en: ({ before, after, change: figure, margin }) => `${after} is as fast as ${before} ${metricPhrase(figure.metric, 'en')}: any difference is below ${en.short(margin)} (${evidence.en(figure, false)}).`,
    zh: ({ before, after, change: figure, margin }) => `${after} 与 ${before} 等效：${metricPhrase(figure.metric, 'zh')}相差不到 ${zh.short(margin)}（${evidence.zh(figure, false)}）。`,
  },
  small: {
    en: ({ after, change: figure, margin }) => `${claim.en(after, figure, `, less than the margin of ${en.short(margin)}`)}.`,
    zh: ({ before, after, change: figure, margin }) => `${after} 与 ${before} 的差异在允许范围内：${claim.zh(figure)}，小于 ${zh.short(margin)} 的阈值。`,
  },
  inconclusive: {
    en: ({ before, after, change: figure, margin, detectable, pairsNeeded }) =>
      `No verdict: ${after} may be slower or faster than ${before} ${metricPhrase(figure.metric, 'en')} (${evidence.en(figure, false)}). ` +
      `${counted(figure.pairs, 'pair')} can detect a change of ${en.portion(detectable)}; a verdict at a margin of ${en.short(margin)} needs ` +
      `${pairsNeeded === null ? 'over 1,000 more' : `${pairsNeeded} more`}.`,
    zh: ({ before, after, change: figure, margin, detectable, pairsNeeded }) =>
      `不下结论：还不能判断 ${after} 比 ${before} 慢还是快，${claim.zh(figure)}。` +
      `现有的 ${figure.pairs} 对能检测出 ${zh.portion(detectable)} 的变化；要以 ${zh.short(margin)} 为阈值得出结论，还需再跑 ` +
      `${pairsNeeded === null ? '1,000 对以上' : `${pairsNeeded} 对`}。`,
  },
  tooFewPairs: {
    en: ({ after, needed }) => `No verdict: a verdict on ${after} needs at least ${needed} pairs.`,
    zh: ({ after, needed }) => `不下结论：要对 ${after} 下结论，至少需要 ${needed} 对运行。`,
  },
  open: {
    en: ({ before, after }) => `No verdict: nothing shows whether ${after} is slower or faster than ${before}.`,
    zh: ({ before, after }) => `不下结论：没有指标能判断 ${after} 比 ${before} 慢还是快。`,
  },
};

/** An A/B session in one sentence, with the figure that carries it. */
export const sessionConclusionText = (conclusion: SessionConclusion, language: Language): string => sentenceOf(SESSION_CONCLUSIONS, conclusion, language);
