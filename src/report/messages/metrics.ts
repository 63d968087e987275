import type { MetricKey } from '../../compare/metrics.ts';
import type { ServerSide } from '../../compare/session/arm-run.ts';
import type { Language } from './languages.ts';

/** A metric's name, and what a sentence says that got better or worse. */
type Names = Readonly<Record<Language, { readonly name: string; readonly phrase: string }>>;

const e2el = { en: 'per request', zh: '单个请求的用时' };
const ttft = { en: 'to the first token', zh: '首 token 延迟' };
const tpot = { en: 'per token', zh: '每个 token 的用时' };

/** An abbreviation is the same in every language. */
const names = (name: string, { en, zh }: Readonly<Record<Language, string>>): Names => ({
  en: { name, phrase: en },
  zh: { name, phrase: zh },
});

const METRICS: Readonly<Record<MetricKey, Names>> = {
  e2el: names('E2EL', e2el),
  e2elP50: names('E2EL p50', e2el),
  e2elMean: { en: { name: 'E2EL mean', phrase: e2el.en }, zh: { name: 'E2EL 平均', phrase: e2el.zh } },
  e2elP99: names('E2EL p99', e2el),
  ttft: names('TTFT', ttft),
  ttftP50: names('TTFT p50', ttft),
  ttftP99: names('TTFT p99', ttft),
  tpot: names('TPOT', tpot),
  tpotP50: names('TPOT p50', tpot),
  itlP99: names('ITL p99', { en: 'between tokens', zh: 'token 间隔' }),
  waitTail: {
    en: { name: 'longest wait of the slowest 5 %', phrase: 'in its longest waits' },
    zh: { name: '最慢 5% 请求的最长等待', phrase: '最长的等待' },
  },
  servedOutputTokensPerSec: {
    en: { name: 'served tokens/s', phrase: 'in throughput' },
    zh: { name: '按窗口折算的输出 token/秒', phrase: '吞吐' },
  },
  servedRequestsPerSec: {
    en: { name: 'served reqs/s', phrase: 'in requests/s' },
    zh: { name: '按窗口折算的请求/秒', phrase: '请求速率' },
  },
};

const SERVER_FIGURES: Readonly<Record<keyof ServerSide, Readonly<Record<Language, string>>>> = {
  prefixCacheHitRate: { en: 'prefix-cache hits', zh: '前缀缓存命中率' },
  queueMs: { en: 'queue time', zh: '排队时间' },
  prefillMs: { en: 'prefill time', zh: '预填充时间' },
  kvUsage: { en: 'peak KV cache usage', zh: 'KV 缓存最高占用' },
  preemptions: { en: 'preemptions per run', zh: '每次运行的抢占次数' },
  iterationTokens: { en: 'tokens per step', zh: '每步 token 数' },
};

export const metricName = (key: MetricKey, language: Language): string => METRICS[key][language].name;

/** What the metric measures, as a part of a sentence. */
export const metricPhrase = (key: MetricKey, language: Language): string => METRICS[key][language].phrase;

export const serverFigureName = (key: keyof ServerSide, language: Language): string =>
  SERVER_FIGURES[key][language];
