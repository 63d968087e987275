import type { PairedComparison } from '../../compare/session/paired-comparison.ts';
import { type Figure, sessionClaim } from '../../compare/session/session-claim.ts';
import { FEWEST_PAIRS } from '../../compare/statistics/power.ts';
import { cellName, isOpenCell } from '../../model/run.ts';
import { CHINESE_QUANTITIES as q } from '../quantities.ts';
import { chineseNote } from './chinese-comparison-notes.ts';
import { chineseMetric } from './chinese-metrics.ts';

/** What a metric measures, and what more and less of it are called. */
const WORDS: Readonly<
  Record<string, { readonly what: string; readonly more: string; readonly less: string }>
> = {
  tpot: { what: '每个 token 的用时', more: '长', less: '短' },
  ttft: { what: '首 token 延迟', more: '高', less: '低' },
  e2el: { what: '单个请求的用时', more: '长', less: '短' },
  waitTail: { what: '最长的等待', more: '长', less: '短' },
  servedOutputTokensPerSec: { what: '吞吐', more: '高', less: '低' },
};

/** A session of pairs in one Chinese sentence, with the figure that carries it. */
export function chineseSessionSentence(session: PairedComparison): string {
  const { before, after, cells } = session;
  const { kind, figure, beside } = sessionClaim(session);
  switch (kind) {
    case 'invalid': {
      const [first] = cells.flatMap(({ invalid }) => invalid);
      return `不下结论：${first === undefined ? '什么都没有测到' : chineseNote(first.message)}`;
    }
    case 'estimate':
      return figure === undefined ? '还没有有效的运行对' : `尚无结论，仅为估计：${claim(session, figure)}`;
    case 'regression':
      return `${after} 比 ${before} 慢：${claim(session, figure)}${besides(beside)}`;
    case 'improvement':
      return `${after} 比 ${before} 快：${claim(session, figure)}`;
    case 'equivalent':
      return `${after} 与 ${before} 一样快${equivalent(session, figure)}`;
    case 'small':
      return `${after} 与 ${before} 确有差异，但小到无关紧要：${claim(session, figure)}${below(session, figure)}`;
    case 'inconclusive':
      return inconclusive(session, figure);
  }
}

/** `每个 token 的用时长 4.8%（TPOT，95% 置信区间 3.9% 至 5.7%，6 对，20 个连接）` */
function claim({ level }: PairedComparison, figure: Figure | undefined): string {
  if (figure === undefined) return '见下表';
  const { ratio, low, high } = figure.metric;
  const { more, less } = WORDS[figure.key] ?? { more: '多', less: '少' };
  const turned = ratio < 1;
  const interval =
    low === null || high === null
      ? []
      : [turned ? range(level, 1 - high, 1 - low) : range(level, low - 1, high - 1)];
  const evidence = [chineseMetric(figure.metric.title), ...interval, ...place(figure)].join('，');
  return `${what(figure)}${turned ? less : more} ${portion(Math.abs(ratio - 1))}（${evidence}）`;
}

function what({ key, metric }: Figure): string {
  return WORDS[key]?.what ?? `${chineseMetric(metric.title)} `;
}

function range(level: number, low: number, high: number): string {
  return `${q.short(level)} 置信区间 ${portion(low)} 至 ${portion(high)}`;
}

function portion(share: number): string {
  const amount = q.portion(Math.abs(share));
  return share < 0 && Number.parseFloat(amount) !== 0 ? `−${amount}` : amount;
}

function place({ metric, cell: { cell } }: Figure): readonly string[] {
  const where = isOpenCell(cell) ? cellName(cell) : `${cell.connections} 个连接`;
  return [`${metric.pairs.length} 对`, where];
}

function besides(figure: Figure | undefined): string {
  return figure === undefined
    ? ''
    : `；但另一项指标变好（${chineseMetric(figure.metric.title)} ${q.change(figure.metric.ratio)}）`;
}

function equivalent({ level, margins }: PairedComparison, figure: Figure | undefined): string {
  const bounds = figure?.metric.equivalence;
  if (figure === undefined || bounds == null) return '';
  const { metric } = figure;
  const interval = range(2 * level - 1, bounds.low - 1, bounds.high - 1);
  const evidence = [chineseMetric(metric.title), interval, ...place(figure)].join('，');
  return `：${what(figure)}相差不到 ${q.short(margins[metric.better])}（${evidence}）`;
}

function below({ margins }: PairedComparison, figure: Figure | undefined): string {
  return figure === undefined ? '' : `，小于 ${q.short(margins[figure.metric.better])} 的界限`;
}

function inconclusive(session: PairedComparison, figure: Figure | undefined): string {
  const open = `还不能判断 ${session.after} 比 ${session.before} 慢还是快`;
  if (figure === undefined) return open;
  const { detectable, pairsNeeded, better } = figure.metric;
  if (detectable === null) return `要对 ${session.after} 下结论，至少需要 ${FEWEST_PAIRS} 对运行`;
  const more = pairsNeeded === null ? '所需的对数过多' : `还需要 ${pairsNeeded} 对`;
  return (
    `${open}：${claim(session, figure)}；现有的对数能发现 ${portion(detectable)} 的变化，` +
    `要按 ${q.short(session.margins[better])} 的界限下结论，${more}`
  );
}
