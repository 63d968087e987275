import type { Tone } from '../block.ts';
import type { Language } from './languages.ts';

/** What the first screen of a report of two labels says. */
export const verdict = {
  title: { en: 'Before and after', zh: '改动前后对比' },
  tones: {
    better: { en: 'better', zh: '变好' },
    worse: { en: 'worse', zh: '变差' },
    same: { en: 'same', zh: '无变化' },
    open: { en: 'not told', zh: '无法判断' },
  } satisfies Record<Tone, Record<Language, string>>,
  /** What is said of the loads of each tone, strongest first. */
  at: {
    worse: { en: (loads: string) => `worse at ${loads}`, zh: (loads: string) => `在 ${loads} 下变差` },
    better: { en: (loads: string) => `better at ${loads}`, zh: (loads: string) => `在 ${loads} 下变好` },
    same: { en: (loads: string) => `the same at ${loads}`, zh: (loads: string) => `在 ${loads} 下无变化` },
    open: { en: (loads: string) => `not told at ${loads}`, zh: (loads: string) => `在 ${loads} 下无法判断` },
  } satisfies Record<Tone, Record<Language, (loads: string) => string>>,
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
  trust: { en: 'Trust', zh: '可信度' },
  load: { en: 'load', zh: '测试项' },
  valid: {
    en: (valid: number, runs: number) => `${valid} of ${runs} runs valid`,
    zh: (valid: number, runs: number) => `${runs} 次运行中 ${valid} 次有效`,
  },
  interleaved: { en: 'runs interleaved', zh: '两边交替运行' },
  apart: { en: 'not interleaved', zh: '两边未交替运行' },
  cacheAlike: { en: (range: string) => `cache alike (${range})`, zh: (range: string) => `缓存命中率相近（${range}）` },
  cacheApart: { en: (range: string) => `cache ${range}`, zh: (range: string) => `缓存命中率 ${range}` },
  cacheUnknown: { en: 'cache not known', zh: '缓存命中率未知' },
  errors: {
    en: (errors: string, requests: string) => `errors ${errors} of ${requests}`,
    zh: (errors: string, requests: string) => `错误 ${errors}/${requests}`,
  },
  clientFast: { en: 'client fast enough', zh: '发压端够快' },
  clientSlow: { en: 'client too slow', zh: '发压端太慢' },
  note: {
    en: (level: string, latency: string, rate: string) => `Dot: estimate; bar: ${level} interval; grey band: of no consequence (±${latency}, tokens/s ±${rate}); axis ×⅔ to ×1.5, left is lower; arrow: beyond the axis.`,
    zh: (level: string, latency: string, rate: string) => `圆点：估计值；横线：${level} 置信区间；灰带：可忽略的变化（±${latency}，token/秒 ±${rate}）；坐标 ×⅔ 至 ×1.5，左为更低；箭头：超出坐标范围。`,
  },
};
