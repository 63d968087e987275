import type { ImportFacts, ImportNote, ImportSkip, ImportSkipReason } from '../../../model/notes/imports.ts';
import { QUANTITIES } from '../../quantities.ts';
import { counted, type Sentences, sentenceOf } from '../catalogue.ts';
import type { Language } from '../languages.ts';

const SKIPS: Readonly<Record<ImportSkipReason, Readonly<Record<Language, string>>>> = {
  notJson: { en: 'not a JSON object', zh: '不是 JSON 对象' },
  invalidUtf8: { en: 'not valid UTF-8', zh: '不是有效的 UTF-8' },
  tooLong: { en: 'longer than 64 MiB', zh: '超过 64 MiB' },
  tooDeep: { en: 'nested more than 256 levels deep', zh: '嵌套超过 256 层' },
  incomplete: { en: 'incomplete: the end is missing', zh: '不完整：缺少末尾' },
  malformed: { en: 'a field is missing or of the wrong type', zh: '字段缺失或类型不对' },
  otherFormat: { en: 'a record of another format', zh: '属于另一种格式的记录' },
  oldVersion: {
    en: 'flows of an old mitmproxy: convert them with mitmdump -nr OLD -w NEW',
    zh: '旧版 mitmproxy 的流量文件：请用 mitmdump -nr 旧文件 -w 新文件 转换',
  },
  noRequest: { en: 'no messages, prompt or input', zh: '没有 messages、prompt 或 input' },
  noBody: { en: 'the request body is not in the file', zh: '文件中没有请求正文' },
  severalInputs: { en: 'more than one input in one row', zh: '一行中有多个输入' },
  unknownApi: { en: 'not a POST to a known API', zh: '不是发往已知接口的 POST' },
  noModelCall: { en: 'not a call of a model', zh: '不是模型调用' },
  cached: { en: "answered from a gateway's cache", zh: '由网关缓存应答' },
  redacted: { en: 'its texts were redacted', zh: '文本已被抹去' },
  shortened: { en: 'its texts were shortened', zh: '文本已被截短' },
  warmup: { en: 'sent during warm-up', zh: '预热阶段的请求' },
  noStartTimes: {
    en: 'results without the times of sending: a newer vllm bench serve writes them (start_times)',
    zh: '结果中没有发送时间：较新的 vllm bench serve 会写入 start_times',
  },
  noSingleRequests: {
    en: 'results without single requests: run the benchmark again with --save-detailed',
    zh: '结果中没有单个请求的数据：请用 --save-detailed 重新运行测试',
  },
  noOutput: { en: 'no output tokens: a failed request', zh: '没有输出 token：失败的请求' },
};

const FACTS: Sentences<ImportFacts> = {
  noArrivals: {
    en: () => 'the file has no arrival times: requests keep its order; replay them in a closed loop or at a given --rate',
    zh: () => '文件没有到达时间：请求保持文件中的顺序；请用闭环重放，或用 --rate 指定速率',
  },
  noWallTime: {
    en: () => 'arrivals count from an unknown time of day: the tape shows the time of the import',
    zh: () => '到达时间的起点未知：录制文件以导入时间为起点',
  },
  untimed: {
    en: ({ requests }) => `${counted(requests, 'request')} without an arrival time, on the tape with that of the request before`,
    zh: ({ requests }) => `${QUANTITIES.zh.whole(requests)} 个请求没有到达时间：录制文件中采用前一个请求的时间`,
  },
  bodiesRebuilt: {
    en: ({ requests }) => `${counted(requests, 'body', 'bodies')} rebuilt from what the tool kept: parameters that it does not know are lost`,
    zh: ({ requests }) => `${QUANTITIES.zh.whole(requests)} 个正文由工具保留的内容重建：它不认识的参数已丢失`,
  },
  promptsSynthetic: {
    en: ({ requests, as }) => `${counted(requests, 'prompt')} synthetic, as ${as === 'tokens' ? 'token ids' : 'text'}: only lengths and shared prefixes are those of the file`,
    zh: ({ requests, as }) => `${QUANTITIES.zh.whole(requests)} 个提示词为合成的${as === 'tokens' ? ' token ID' : '文本'}：只有长度和公共前缀与文件一致`,
  },
  noModel: {
    en: ({ requests }) => `${counted(requests, 'request')} without a model: import with --model, or replay with --model`,
    zh: ({ requests }) => `${QUANTITIES.zh.whole(requests)} 个请求没有模型名：请在导入或重放时用 --model 指定`,
  },
  strayMember: {
    en: ({ requests, member }) => `${counted(requests, 'body', 'bodies')} with the member ${member}, which no API has: it is kept and not read`,
    zh: ({ requests, member }) => `${QUANTITIES.zh.whole(requests)} 个正文带有接口没有的字段 ${member}：原样保留，不解读`,
  },
  longPause: {
    en: ({ days }) => `two arrivals are ${QUANTITIES.en.whole(days)} days apart: an open loop would wait as long`,
    zh: ({ days }) => `有两次到达相隔 ${QUANTITIES.zh.whole(days)} 天：开环重放会等待同样长的时间`,
  },
  runsOnly: {
    en: () => 'results have no prompts: compare and report their runs; replay needs the requests',
    zh: () => '结果文件没有提示词：可用 compare 和 report 分析这些运行；重放需要请求本身',
  },
  fileCut: {
    en: ({ file }) => `${file} ends in the middle: what came before is imported`,
    zh: ({ file }) => `${file} 在中途结束：之前的内容已导入`,
  },
  fileDamaged: {
    en: ({ file }) => `${file} is damaged: what could be decompressed is imported`,
    zh: ({ file }) => `${file} 已损坏：能解压的内容已导入`,
  },
  fileTrailing: {
    en: ({ file }) => `${file} has other bytes behind its compressed content: they are left out`,
    zh: ({ file }) => `${file} 的压缩内容之后还有其他字节：已略去`,
  },
};

/** Why records of a file are not on the tape, with their number and the place of the first one. */
export function importSkipText({ kind, records, file, line }: ImportSkip, language: Language): string {
  const why = SKIPS[kind][language];
  return language === 'en' ? `${counted(records, 'record')} skipped: ${why} (first at ${file}:${line})` : `跳过 ${QUANTITIES.zh.whole(records)} 条：${why}（首条位于 ${file}:${line}）`;
}

export const importNoteText = (note: ImportNote, language: Language): string => sentenceOf(FACTS, note, language);
