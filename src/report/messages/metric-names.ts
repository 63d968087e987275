import { type ComparedKey, type ComparedMetricKey, comparedMetric, type Statistic } from '../../compare/compared-metrics.ts';
import { METRICS, type MetricKey } from '../../measure/metric-table.ts';
import type { Percentile } from '../../measure/sample.ts';
import type { Language } from './languages.ts';

/** A text in each language. */
type Text = Readonly<Record<Language, string>>;

const everywhere = (text: string): Text => ({ en: text, zh: text });

/** What every metric of the table is called. */
const NAMES: Readonly<Record<MetricKey, Text>> = {
  e2elMs: everywhere('E2EL'),
  responseMs: { en: 'response', zh: '响应时间' },
  requestsPerSec: { en: 'completed reqs/s', zh: '窗口内完成请求/秒' },
  bytesPerSec: { en: 'transfer/s', zh: '传输/秒' },
  ttftMs: everywhere('TTFT'),
  ttftResponseMs: { en: 'TTFT, response', zh: 'TTFT（响应）' },
  ttfoMs: everywhere('TTFO'),
  tpotMs: everywhere('TPOT'),
  itlMs: everywhere('ITL'),
  itlPerTokenMs: { en: 'ITL per token', zh: '逐 token ITL' },
  longestStallMs: { en: 'longest stall', zh: '最长停顿' },
  outputTokensPerSec: { en: 'completed tokens/s', zh: '窗口内完成 token/秒' },
  totalTokensPerSec: { en: 'total tokens/s', zh: '总 token/秒' },
  servedOutputTokensPerSec: { en: 'served tokens/s', zh: '输出 token/秒' },
  servedRequestsPerSec: { en: 'served reqs/s', zh: '请求/秒' },
  goodputShare: { en: 'goodput', zh: '达标率' },
  goodputRequestsPerSec: { en: 'good requests/s', zh: '达标请求/秒' },
  prefixCacheHitRate: { en: 'prefix-cache hits', zh: '前缀缓存命中率' },
  queueMs: { en: 'queue time', zh: '排队时间' },
  prefillMs: { en: 'prefill time', zh: '预填充时间' },
  kvCachePeak: { en: 'peak KV cache usage', zh: 'KV 缓存最高占用' },
  preemptions: { en: 'preemptions per run', zh: '每次运行的抢占次数' },
  iterationTokens: { en: 'tokens per step', zh: '每步 token 数' },
  scheduleLagMs: { en: 'lag', zh: '滞后' },
  requests: { en: 'requests', zh: '请求数' },
  errors: { en: 'errors', zh: '错误' },
  plannedAborts: { en: 'aborts', zh: '中断' },
  drained: { en: 'drained', zh: '窗口后完成' },
  promptTokens: { en: 'prompt tokens', zh: '输入 token' },
  completionTokens: { en: 'completion tokens', zh: '输出 token' },
  promptLength: { en: 'prompt length', zh: '输入长度' },
  completionLength: { en: 'completion length', zh: '输出长度' },
};

/** Shorter names for columns of the matrix. */
const SHORT_NAMES: Readonly<Partial<Record<MetricKey, Text>>> = {
  requestsPerSec: { en: 'done req/s', zh: '完成请求/秒' },
  outputTokensPerSec: { en: 'done tok/s', zh: '完成 token/秒' },
  servedRequestsPerSec: { en: 'req/s', zh: '请求/秒' },
  servedOutputTokensPerSec: { en: 'tok/s', zh: 'token/秒' },
  prefixCacheHitRate: { en: 'cache hits', zh: '缓存命中' },
};

/** What a compared metric measures, as a part of a sentence: `slower per token`. */
const PHRASES: Readonly<Record<ComparedMetricKey, Text>> = {
  e2elMs: { en: 'per request', zh: '单个请求的用时' },
  ttftMs: { en: 'to the first token', zh: '首 token 延迟' },
  tpotMs: { en: 'per token', zh: '每个 token 的用时' },
  itlMs: { en: 'between tokens', zh: 'token 间隔' },
  longestStallMs: { en: 'in its longest stalls', zh: '最长的停顿' },
  servedOutputTokensPerSec: { en: 'in throughput', zh: '吞吐' },
  servedRequestsPerSec: { en: 'in requests/s', zh: '请求速率' },
};

type Named = Readonly<Record<Language, (name: string) => string>>;

const STATISTICS: Readonly<Record<Exclude<Statistic, Percentile>, Named>> = {
  value: { en: (name) => name, zh: (name) => name },
  typical: { en: (name) => name, zh: (name) => name },
  slowest: { en: (name) => `${name}, slowest 5 %`, zh: (name) => `${name}（最慢 5%）` },
  mean: { en: (name) => `${name} mean`, zh: (name) => `${name} 平均` },
};

function named(statistic: Statistic | Percentile, name: string, language: Language): string {
  return isPercentile(statistic) ? `${name} ${statistic}` : STATISTICS[statistic][language](name);
}

function isPercentile(statistic: Statistic | Percentile): statistic is Percentile {
  return !(statistic in STATISTICS);
}

/** The name of a metric of the table, or of a figure that two sides are compared by. */
export function metricName(key: MetricKey | ComparedKey, language: Language): string {
  if (key in METRICS) return NAMES[key as MetricKey][language];
  const { metric, statistic } = comparedMetric(key as ComparedKey);
  return named(statistic, NAMES[metric][language], language);
}

/** What a compared figure measures, as a part of a sentence. */
export function metricPhrase(key: ComparedKey, language: Language): string {
  return PHRASES[comparedMetric(key).metric][language];
}

/** The title of a metric's column in the matrix. */
export function columnName(metric: MetricKey, language: Language, statistic: Statistic | Percentile): string {
  return named(statistic, (SHORT_NAMES[metric] ?? NAMES[metric])[language], language);
}
