import type { BodyChange, BodyChanges, CacheRefusal, CacheRefusals, FreeLength, Skip, Skips } from '../../../model/note.ts';
import { QUANTITIES } from '../../quantities.ts';
import { counted, type Sentences, storedSentenceOf } from '../catalogue.ts';
import type { Language } from '../languages.ts';

const SKIPS: Sentences<Skips> = {
  notSelected: { en: () => 'not selected', zh: () => '不在选择范围内' },
  beyondLimit: { en: () => 'beyond --limit', zh: () => '超出数量上限' },
  unknownApi: { en: () => 'not a POST to a known API', zh: () => '不是发往已知接口的 POST' },
  bodyNotRecorded: { en: () => 'request body not recorded', zh: () => '请求正文没有录下' },
  bodyTruncated: { en: () => 'request body truncated', zh: () => '请求正文被截断' },
  requestIncomplete: { en: () => 'request received only in part', zh: () => '请求没有完整收到' },
  refusedWhenRecorded: { en: () => 'rejected by the server when recorded', zh: () => '录制时被服务器拒绝' },
  abortedByClient: { en: () => 'aborted by its client', zh: () => '被客户端中断' },
  continuesStoredResponse: {
    en: () => 'continues a response that only the recorded server keeps',
    zh: () => '接续的响应只保存在录制时的服务器上',
  },
};

const FREE_LENGTHS: Readonly<Record<FreeLength, Readonly<Record<Language, string>>>> = {
  responseIncomplete: { en: 'incomplete response', zh: '录制的响应不完整' },
  tokensNotCounted: { en: 'the server did not count the tokens', zh: '服务器没有给出 token 数' },
  noToken: { en: 'no token was generated', zh: '没有生成 token' },
  severalAnswers: { en: 'several answers in one response', zh: '一个请求有多个回答' },
  structuredOutput: { en: 'structured output', zh: '结构化输出' },
  forcedTool: { en: 'a forced tool', zh: '强制调用工具' },
  stopString: { en: 'a stop string may have ended it', zh: '可能由停止字符串结束' },
};

const freeLength = (why: FreeLength, language: Language): string => FREE_LENGTHS[why]?.[language] ?? why;

const CHANGES: Sentences<BodyChanges> = {
  fieldRemoved: { en: ({ field }) => `${field} removed`, zh: ({ field }) => `删除 ${field}` },
  lengthPinned: {
    en: ({ field }) => `${field} set to the recorded length`,
    zh: ({ field }) => `${field} 设为录制时的长度`,
  },
  fieldLowered: { en: ({ field }) => `${field} lowered`, zh: ({ field }) => `调低 ${field}` },
  flagSet: {
    en: ({ field, value }) => `${field} turned ${value ? 'on' : 'off'}`,
    zh: ({ field, value }) => `${value ? '打开' : '关闭'} ${field}`,
  },
  fieldSet: {
    en: ({ field }) => `${field} set by --set`,
    zh: ({ field }) => `按 --set 设置 ${field}`,
  },
  fieldMissing: {
    en: ({ field }) => `${field} not changed: the request has no such place`,
    zh: ({ field }) => `未改动 ${field}：请求中没有这个位置`,
  },
  modelRenamed: { en: () => 'model renamed', zh: () => '替换模型名' },
  cacheSalted: {
    en: () => 'cache_salt set for each run and pass',
    zh: () => '按运行和轮次设置 cache_salt',
  },
  usageRequested: {
    en: ({ usage }) => `stream_options request ${usage} usage`,
    zh: ({ usage }) => `stream_options 要求${usage === 'final' ? '在末尾' : '逐块'}给出 usage`,
  },
  codingRemoved: { en: () => 'sent uncompressed', zh: () => '不压缩发送' },
  lengthNotPinned: {
    en: ({ why }) => `length not pinned: ${freeLength(why, 'en')}`,
    zh: ({ why }) => `未固定长度：${freeLength(why, 'zh')}`,
  },
};

const CACHE_REFUSALS: Sentences<CacheRefusals> = {
  status: {
    en: ({ status }) => `the server answered ${status} to POST /reset_prefix_cache`,
    zh: ({ status }) => `服务器对 POST /reset_prefix_cache 返回 ${status}`,
  },
  failed: { en: () => 'the server could not reset its prefix cache', zh: () => '服务器未能清空前缀缓存' },
  noAnswer: {
    en: ({ error }) => `the server did not answer POST /reset_prefix_cache (${error})`,
    zh: ({ error }) => `服务器没有响应 POST /reset_prefix_cache（${error}）`,
  },
};

/** Why recorded requests are left out. */
export const skipText = (skip: Skip, language: Language): string => storedSentenceOf(SKIPS, skip, language);

/** What was changed in recorded bodies. */
export const changeText = (change: BodyChange, language: Language): string => storedSentenceOf(CHANGES, change, language);

/** The same with the number of requests. */
export const countedSkip = {
  en: (skip: Skip) => `${counted(skip.requests, 'request')} left out: ${skipText(skip, 'en')}`,
  zh: (skip: Skip) => `跳过 ${QUANTITIES.zh.whole(skip.requests)} 个：${skipText(skip, 'zh')}`,
};

export const countedChange = {
  en: (change: BodyChange) => `${changeText(change, 'en')} (${QUANTITIES.en.whole(change.requests)})`,
  zh: (change: BodyChange) => `${changeText(change, 'zh')}（${QUANTITIES.zh.whole(change.requests)} 个）`,
};

/** Why a prefix cache was not reset, as a clause. */
export const cacheRefusalText = (refusal: CacheRefusal, language: Language): string => storedSentenceOf(CACHE_REFUSALS, refusal, language);
