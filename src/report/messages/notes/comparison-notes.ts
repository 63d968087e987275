import type { ComparisonNote, ComparisonNotes, ComparisonObstacle, ComparisonObstacles, Extent } from '../../../compare/comparison-note.ts';
import type { Arm } from '../../../compare/session/arm-run.ts';
import type { Invalidities, Invalidity, ServerChange } from '../../../compare/session/invalidity.ts';
import type { NoiseCheck, NoiseDefect, NoiseDefects } from '../../../compare/session/noise-check.ts';
import type { SettingDifference } from '../../../compare/setting-differences.ts';
import type { CountedBy } from '../../../compare/token-counting.ts';
import { cellName } from '../../../model/run.ts';
import { QUANTITIES } from '../../quantities.ts';
import { counted, type Sentences, sentenceOf } from '../catalogue.ts';
import { reasonsText, reasonText } from '../invalid-reasons.ts';
import type { Language } from '../languages.ts';
import { metricName } from '../metric-names.ts';

const { en, zh } = QUANTITIES;

const ARMS: Readonly<Record<Arm, string>> = { baseline: '基线', candidate: '候选' };

const INVALIDITIES: Sentences<Invalidities> = {
  pairs: {
    en: ({ valid, made, needed, example }) =>
      `${valid} of ${counted(made, 'pair')} ${valid === 1 ? 'is' : 'are'} valid, and a verdict needs at least ${needed}` +
      (example === null ? '' : `; for example run ${example.run}: ${reasonText(example.reason, 'en')}`),
    zh: ({ valid, made, needed, example }) => `${made} 对中只有 ${valid} 对有效，而下结论至少需要 ${needed} 对${example === null ? '' : `；例如第 ${example.run} 号运行：${reasonText(example.reason, 'zh')}`}`,
  },
  errors: {
    en: ({ arm, failed, requests, limit }) => `the ${arm} failed ${en.portion(failed / requests)} of its requests (${failed} of ${requests}), more than ${en.short(limit)}`,
    zh: ({ arm, failed, requests, limit }) => `${ARMS[arm]}有 ${zh.portion(failed / requests)} 的请求失败（${failed}/${requests}），超过 ${zh.short(limit)}`,
  },
  models: {
    en: ({ baseline, candidate }) => `the baseline serves ${baseline} and the candidate ${candidate}`,
    zh: ({ baseline, candidate }) => `基线提供的模型是 ${baseline}，候选提供的是 ${candidate}`,
  },
  lengths: {
    en: ({ baseline, candidate, limit, pinned }) =>
      `for the same requests the baseline wrote ${en.whole(baseline)} tokens and the candidate ${en.whole(candidate)}, ` +
      `${en.portion(Math.abs(candidate / baseline - 1))} apart, more than ${en.short(limit)}${pinned ? '' : ': use --lengths pinned'}`,
    zh: ({ baseline, candidate, limit, pinned }) =>
      `对同一批请求，基线输出 ${zh.whole(baseline)} 个 token，候选输出 ${zh.whole(candidate)} 个，` +
      `相差 ${zh.portion(Math.abs(candidate / baseline - 1))}，超过 ${zh.short(limit)}${pinned ? '' : '：请使用 --lengths pinned'}`,
  },
  cache: {
    en: ({ baseline, candidate, limit }) =>
      `the prefix cache held ${en.portion(baseline)} of the baseline’s prompt tokens and ${en.portion(candidate)} of the ` + `candidate’s, more than ${en.short(limit)} apart: use --cache salt or --cache reset`,
    zh: ({ baseline, candidate, limit }) => `前缀缓存命中基线提示 token 的 ${zh.portion(baseline)}、候选的 ${zh.portion(candidate)}，` + `相差超过 ${zh.short(limit)}：请使用 --cache salt 或 --cache reset`,
  },
  drift: {
    en: ({ of, metric, ratio, limit }) =>
      of === 'both'
        ? `${metricName(metric, 'en')} of both sides drifted by ${en.change(ratio)} from the first run to the last, more than ${en.short(limit)}: let the machine settle and measure again`
        : `the difference in ${metricName(metric, 'en')} drifted by ${en.change(ratio)} from the first pair to the last, more than the margin of ${en.short(limit)}: one side changed during the test`,
    zh: ({ of, metric, ratio, limit }) =>
      of === 'both'
        ? `从第一次运行到最后一次，两边的 ${metricName(metric, 'zh')} 都漂移了 ${zh.change(ratio)}，超过 ${zh.short(limit)}：请等机器稳定后重测`
        : `两边 ${metricName(metric, 'zh')} 的差异在测试期间漂移了 ${zh.change(ratio)}，超过 ${zh.short(limit)} 的阈值：其中一边在测试期间发生了变化`,
  },
  slot: {
    en: ({ metric, ratio, limit }) =>
      `${metricName(metric, 'en')} of the second run of a pair differs by ${en.change(ratio)} from the first, whichever side it is, more than the margin of ${en.short(limit)}: let the machine settle between runs, or use --warmup`,
    zh: ({ metric, ratio, limit }) => `不论先测哪一边，每对中第二次运行的 ${metricName(metric, 'zh')} 与第一次相差 ${zh.change(ratio)}，超过 ${zh.short(limit)} 的阈值：请在两次运行之间等机器稳定，或使用 --warmup`,
  },
  restart: {
    en: ({ arm, from, to, change }) => `the ${arm}’s server ${serverChange(change).en} ${from === to ? `during run ${to}` : `between runs ${from} and ${to}`}`,
    zh: ({ arm, from, to, change }) => `${ARMS[arm]}的服务器在${from === to ? `第 ${to} 号运行期间` : `第 ${from} 号与第 ${to} 号运行之间`}${serverChange(change).zh}`,
  },
};

function serverChange(change: ServerChange): Readonly<Record<Language, string>> {
  switch (change.by) {
    case 'version':
      return {
        en: `changed its version from ${change.from} to ${change.to}`,
        zh: `版本由 ${change.from} 变为 ${change.to}`,
      };
    case 'process':
      return { en: 'restarted (its process is a new one)', zh: '重启过（进程是新启动的）' };
    case 'counter':
      return {
        en: `restarted (its counter ${change.counter} went down)`,
        zh: `重启过（计数器 ${change.counter} 变小了）`,
      };
  }
}

/** Why the arms of a session may not be compared, as a clause. */
export const invalidityText = (invalidity: Invalidity, language: Language): string => sentenceOf(INVALIDITIES, invalidity, language);

/** `--cache: warm and salt`; the recorded requests have no option. */
const differencesText = (differences: readonly SettingDifference[], language: Language): string => {
  const [name, and, between] = language === 'en' ? ['recorded requests', ' and ', '; '] : ['录制的请求', ' 与 ', '；'];
  return differences.map(({ option, before, after }) => `${option ?? name}: ${before}${and}${after}`).join(between);
};

const OBSTACLES: Sentences<ComparisonObstacles> = {
  settings: {
    en: ({ differences }) => `the sides were not asked the same (${differencesText(differences, 'en')})`,
    zh: ({ differences }) => `两边的请求设置不同（${differencesText(differences, 'zh')}）`,
  },
  cache: {
    en: ({ before, after, limit }) => `the prefix cache held ${en.portion(before)} of the prompt tokens before and ${en.portion(after)} after, more than ${(limit * 100).toFixed(0)} percentage points apart`,
    zh: ({ before, after, limit }) => `前缀缓存命中率改动前为 ${zh.portion(before)}，改动后为 ${zh.portion(after)}，相差超过 ${(limit * 100).toFixed(0)} 个百分点`,
  },
};

const REMEDIES: Readonly<Record<ComparisonObstacle['kind'], Readonly<Record<Language, string>>>> = {
  settings: {
    en: 'replay one with the settings of the other, or accept it with --accept settings',
    zh: '请用相同的设置重放其中一边，或用 --accept settings 接受',
  },
  cache: {
    en: 'replay both with --cache salt or --cache reset, or accept it with --accept cache',
    zh: '请两边都用 --cache salt 或 --cache reset 重放，或用 --accept cache 接受',
  },
};

const obstacleText = (obstacle: ComparisonObstacle, language: Language): string => sentenceOf(OBSTACLES, obstacle, language);

/** Why a label cannot be one side of a comparison: two of its runs have different settings; as a clause. */
export const pooledText = (differences: readonly SettingDifference[], language: Language): string => differencesText(differences, language);

const COUNTED_BY: Readonly<Record<CountedBy, Readonly<Record<Language, string>>>> = {
  usage: { en: 'usage', zh: ' usage ' },
  events: { en: 'stream events', zh: '流事件' },
  both: { en: 'usage in part and stream events in part', zh: ' usage 和流事件混合' },
};

const extentText = ({ requests, durationUs }: Extent, language: Language): string => {
  if (requests !== null) return language === 'en' ? `after ${counted(requests, 'request')}` : `发送 ${zh.whole(requests)} 个请求后`;
  if (durationUs !== null) return language === 'en' ? `after ${durationUs / 1e6} s` : ` ${durationUs / 1e6} 秒后`;
  return language === 'en' ? 'with the tape' : '录制内容放完';
};

const NOTES: Sentences<ComparisonNotes> = {
  obstacle: {
    en: ({ obstacle }) => `${obstacleText(obstacle, 'en')}: ${REMEDIES[obstacle.kind].en}`,
    zh: ({ obstacle }) => `${obstacleText(obstacle, 'zh')}：${REMEDIES[obstacle.kind].zh}`,
  },
  obstacleAccepted: {
    en: ({ obstacle }) => `accepted: ${obstacleText(obstacle, 'en')}`,
    zh: ({ obstacle }) => `已接受：${obstacleText(obstacle, 'zh')}`,
  },
  runLeftOut: {
    en: ({ run, reasons }) => `run ${run} is left out: ${reasonsText(reasons, 'en')}`,
    zh: ({ run, reasons }) => `第 ${run} 号运行不计入：${reasonsText(reasons, 'zh')}`,
  },
  lengthsDiffer: {
    en: ({ before, after, pinned, imported }) =>
      `responses had ${before.toFixed(1)} tokens before and ${after.toFixed(1)} after, so E2EL and throughput are not comparable` +
      (imported ? ': make the benchmark ask both sides for a fixed length (ignore_eos)' : pinned ? ', although lengths were pinned where that is safe' : ': replay both sides with --lengths pinned'),
    zh: ({ before, after, pinned, imported }) =>
      `响应平均长度改动前为 ${before.toFixed(1)} 个 token，改动后为 ${after.toFixed(1)} 个，因此 E2EL 和吞吐不可比：${imported ? '请让压测工具两边都固定输出长度' : pinned ? '长度已在安全时固定' : '请两边都用 --lengths pinned 重放'}`,
  },
  lengthsNotKept: {
    en: ({ side, asked, generated }) => `the ${side === 'before' ? 'first' : 'second'} side did not keep response lengths: ${en.whole(asked)} tokens were asked for and ${en.whole(generated)} came`,
    zh: ({ side, asked, generated }) => `${side === 'before' ? '前' : '后'}一边没有遵守响应长度：要求 ${zh.whole(asked)} 个 token，实际得到 ${zh.whole(generated)} 个`,
  },
  countedApart: {
    en: ({ before, after }) =>
      `tokens of the first side were counted by ${COUNTED_BY[before].en}, those of the second by ${COUNTED_BY[after].en}, so TPOT, E2EL and throughput are not comparable: an event may carry several tokens`,
    zh: ({ before, after }) => `前一边的 token 按${COUNTED_BY[before].zh}计数，后一边按${COUNTED_BY[after].zh}计数，因此 TPOT、E2EL 和吞吐不可比：一个事件可能含多个 token`,
  },
  eventsDiffer: {
    en: ({ before, after }) =>
      `without usage, tokens were counted by stream events, ${before.toFixed(1)} a response before and ${after.toFixed(1)} after, so TPOT, E2EL and throughput are not comparable: an event may carry several tokens`,
    zh: ({ before, after }) => `没有 usage，token 按流事件计数，每个响应改动前有 ${before.toFixed(1)} 个事件，改动后有 ${after.toFixed(1)} 个，因此 TPOT、E2EL 和吞吐不可比：一个事件可能含多个 token`,
  },
  extentsDiffer: {
    en: ({ before, after }) =>
      `runs ended ${extentText(before, 'en')} before and ${extentText(after, 'en')} after, so throughput is not comparable; the other figures are those of the requests that all runs have in common`,
    zh: ({ before, after }) => `运行结束的条件改动前是${extentText(before, 'zh')}，改动后是${extentText(after, 'zh')}，因此吞吐不可比；其他指标只统计各次运行共有的请求`,
  },
  machineDrifted: {
    en: ({ metric, ratio, low, high }) =>
      `${metricName(metric, 'en')} of the first side, repeated at the end, had changed by ${en.change(ratio)}, outside the prediction interval of its first runs (${en.change(low)} to ${en.change(high)}): the machine has drifted`,
    zh: ({ metric, ratio, low, high }) =>
      `最后重复测量改动前一侧时，${metricName(metric, 'zh')} 变化了 ${zh.change(ratio)}，超出由最初几次运行得出的预测区间（${zh.change(low)} 至 ${zh.change(high)}）：机器状态发生了漂移`,
  },
  madeApart: {
    en: ({ before, after, repeated }) =>
      `${before} and ${after} did not run at the same time` +
      (repeated
        ? `; ${before} was repeated at the end, which shows a drift of the machine only where it exceeds the noise`
        : ': a change in the machine (temperature, other load, caches) would look like a change in the server'),
    zh: ({ before, after, repeated }) =>
      `${before} 与 ${after} 不是在同一时间运行的${repeated ? `；${before} 在最后重复过，但只有超过噪声的漂移才看得出来` : '：其间机器的变化（温度、其他负载、缓存）会被误认为服务器的变化'}`,
  },
  importedRuns: {
    en: ({ tool }) =>
      `these are results of ${tool}, which do not say which prompts were sent, what the prefix cache held and whether the load generator kept up: only what was asked for and the lengths of the prompts were checked`,
    zh: () => `这些是其他压测工具的结果，其中没有记录发送了哪些提示词、前缀缓存的状态以及负载发生器是否跟得上：只核对了请求的参数和提示词长度`,
  },
  cellNotShared: {
    en: ({ cell, ran }) => `load ${cellName(cell)} ran only ${ran} the change and is left out`,
    zh: ({ cell, ran }) => `测试项 ${cellName(cell)} 只在改动${ran === 'before' ? '前' : '后'}运行过，不计入`,
  },
  accepted: {
    en: ({ finding }) => `accepted: ${invalidityText(finding, 'en')}`,
    zh: ({ finding }) => `已接受：${invalidityText(finding, 'zh')}`,
  },
  pairsLeftOut: {
    en: ({ runs, reasons }) => {
      const [pairs, [run, ...more]] = [distinct(runs.map(({ pair }) => pair)), runs];
      const left = pairs.length === 1 ? `pair ${pairs[0]} is left out` : `pairs ${pairs.join(', ')} are left out`;
      const whose = more.length === 0 ? `its ${run?.arm} (run ${run?.run}) is` : `runs ${runs.map((one) => one.run).join(', ')} are`;
      return `${left}, ${whose} not valid: ${reasonsText(reasons, 'en')}`;
    },
    zh: ({ runs, reasons }) => {
      const [pairs, [run, ...more]] = [distinct(runs.map(({ pair }) => pair)), runs];
      const whose = run === undefined || more.length > 0 ? `第 ${runs.map((one) => one.run).join('、')} 号运行` : `其${ARMS[run.arm]}（第 ${run.run} 号运行）`;
      return `第 ${pairs.join('、')} 对不计入，${whose}无效：${reasonsText(reasons, 'zh')}`;
    },
  },
  pairsMadeAgain: {
    en: ({ pairs }) => `${pairs.length === 1 ? 'pair' : 'pairs'} ${pairs.join(', ')} ${pairs.length === 1 ? 'was' : 'were'} made again, because the load generator had spoiled ${pairs.length === 1 ? 'it' : 'them'}`,
    zh: ({ pairs }) => `第 ${pairs.join('、')} 对受负载发生器自身影响，已重做`,
  },
  controlMoved: {
    en: ({ moved, limit }) => `left out, because the control request was more than ${en.short(limit)} off its median: ${moved.map(({ pair, arm, ratio }) => `pair ${pair} (${arm} ${en.change(ratio)})`).join(', ')}`,
    zh: ({ moved, limit }) => `对照请求偏离其中位数超过 ${zh.short(limit)}，不计入：${moved.map(({ pair, arm, ratio }) => `第 ${pair} 对（${ARMS[arm]} ${zh.change(ratio)}）`).join('、')}`,
  },
  controlSteady: {
    en: ({ most, limit }) => `the control request was at most ${en.portion(most)} off its median beside all pairs (the limit is ${en.short(limit)})`,
    zh: ({ most, limit }) => `各对的对照请求偏离其中位数最多 ${zh.portion(most)}（上限为 ${zh.short(limit)}）`,
  },
  controlMissing: {
    en: ({ pairs }) => `the control request was not answered beside ${pairs.length === 1 ? 'pair' : 'pairs'} ${pairs.join(', ')}, so it says nothing of ${pairs.length === 1 ? 'it' : 'them'}`,
    zh: ({ pairs }) => `第 ${pairs.join('、')} 对的对照请求没有得到响应，因此无法据此判断`,
  },
  primaryReplaced: {
    en: ({ declared, by }) => `${metricName(declared, 'en')} cannot be judged here, ${metricName(by, 'en')} takes its place`,
    zh: ({ declared, by }) => `这里无法判断 ${metricName(declared, 'zh')}，改以 ${metricName(by, 'zh')} 代替`,
  },
  unsettled: {
    en: ({ metric, low, high }) => `${metricName(metric, 'en')} is inconclusive: ${en.change(low)} to ${en.change(high)}`,
    zh: ({ metric, low, high }) => `${metricName(metric, 'zh')} 尚无定论：${zh.change(low)} 至 ${zh.change(high)}`,
  },
  stopped: {
    en: ({ made, planned }) => `stopped after ${made} of ${planned} pairs: the figures are an estimate, not a verdict`,
    zh: ({ made, planned }) => `${planned} 对中只完成了 ${made} 对就被停止：所示仅为估计，不是结论`,
  },
};

const DEFECTS: Sentences<NoiseDefects> = {
  position: {
    en: ({ cell, metric, ratio }) => `at ${cellName(cell)} ${metricName(metric, 'en')} of the second run of a pair differs by ${en.change(ratio)} from the first`,
    zh: ({ cell, metric, ratio }) => `${cellName(cell)} 每对中第二次运行的 ${metricName(metric, 'zh')} 与第一次相差 ${zh.change(ratio)}`,
  },
  trend: {
    en: ({ cell, of, metric, ratio }) => `at ${cellName(cell)} ${of === 'both' ? '' : 'the difference in '}${metricName(metric, 'en')} drifted by ${en.change(ratio)}`,
    zh: ({ cell, of, metric, ratio }) => `${cellName(cell)} 的 ${metricName(metric, 'zh')}${of === 'both' ? '' : ' 差异'}漂移了 ${zh.change(ratio)}`,
  },
  outlier: {
    en: ({ cell, metric, pair, ratio }) => `at ${cellName(cell)} ${metricName(metric, 'en')} of valid pair ${pair} (${en.change(ratio)}) is an outlier`,
    zh: ({ cell, metric, pair, ratio }) => `${cellName(cell)} 第 ${pair} 个有效对的 ${metricName(metric, 'zh')}（${zh.change(ratio)}）是离群值`,
  },
};

/** Why noise is no noise, as a clause. */
export const defectText = (defect: NoiseDefect, language: Language): string => sentenceOf(DEFECTS, defect, language);

/** Whether the noise of a server with itself can be relied on, as a clause. */
export function noiseText({ sound, defects, pairs, needed }: NoiseCheck, language: Language): string {
  const found = defects.map((defect) => defectText(defect, language));
  if (language === 'zh') {
    if (sound === null) return `${pairs} 个有效对不足以判断噪声是否正常：请用 --pairs ${needed} 或更多`;
    return sound ? `噪声正常：${pairs} 个有效对中没有位置影响、漂移或离群值` : `噪声不正常，使用下列数字前请重测：${found.join('；')}`;
  }
  if (sound === null) return `${counted(pairs, 'valid pair')} cannot show whether the noise is sound: use --pairs ${needed} or more`;
  return sound ? `the noise is sound: no effect of the position, no drift and no outlier in ${pairs} valid pairs` : `the noise is not sound, so measure again before you use these figures: ${found.join('; ')}`;
}

/** What a reader of a comparison must know, as a clause. */
export const noteText = (note: ComparisonNote, language: Language): string => sentenceOf(NOTES, note, language);

function distinct(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)];
}
