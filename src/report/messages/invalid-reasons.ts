import type { InvalidReason, InvalidReasons } from '../../model/note.ts';
import type { ErrorCode, NamedError } from '../../model/outcome.ts';
import { QUANTITIES } from '../quantities.ts';
import { counted, type Sentences, storedSentenceOf } from './catalogue.ts';
import type { Language } from './languages.ts';

const { en, zh } = QUANTITIES;

/** What to do about a load generator that was too slow. */
const faster = {
  en: (workers: number) => `try --workers ${workers} or a less busy machine`,
  zh: (workers: number) => `请试 --workers ${workers}，或换一台较空闲的机器`,
};

/** `0, 2 … 7`: the first ones, and how far they go. */
const listed = (numbers: readonly number[]): string => (numbers.length <= 4 ? numbers.join(', ') : `${numbers.slice(0, 3).join(', ')} … ${numbers.at(-1)}`);

/** Each is a clause: a report joins several of them. */
const REASONS: Sentences<InvalidReasons> = {
  stoppedEarly: {
    en: ({ afterMs }) => `the run is incomplete, it was stopped after ${en.duration(afterMs)}`,
    zh: ({ afterMs }) => `运行不完整，在 ${zh.duration(afterMs)} 后被停止`,
  },
  noRequestSent: { en: () => 'no request was sent', zh: () => '没有发出任何请求' },
  noneAnswered: {
    en: () => 'no request was answered before sending ended: give a longer --duration',
    zh: () => '发送结束前没有任何请求得到应答：请调大 --duration',
  },
  noneSucceeded: { en: () => 'no request succeeded', zh: () => '没有请求成功' },
  requestsFailed: {
    en: ({ failed, requests, limit, mostOften: most }) => `${en.whole(failed)} of ${counted(requests, 'request')} failed, more than ${en.short(limit)}${most === null ? '' : `, most often with ${errorName(most, 'en')}`}`,
    zh: ({ failed, requests, limit, mostOften: most }) => `${zh.whole(requests)} 个请求中有 ${zh.whole(failed)} 个失败，超过 ${zh.short(limit)}${most === null ? '' : `，最多的是 ${errorName(most, 'zh')}`}`,
  },
  serverRestarted: {
    en: () => 'the server restarted during the run, so results mix two server processes: run it again',
    zh: () => '服务器在运行期间重启过，结果混有两个服务器进程：请重新运行',
  },
  connectionsMissing: {
    en: ({ open, asked }) => `only ${open} of ${asked} connections were open: check for a limit on this machine (ulimit -n), at the server or in between`,
    zh: ({ open, asked }) => `${asked} 个连接中只打开了 ${open} 个：请检查本机（ulimit -n）、服务器或两者之间的上限`,
  },
  connectionsIdle: {
    en: ({ occupancy, limit, tryWorkers }) => `the load generator was too slow, connections were busy ${en.short(occupancy)} of the time (minimum ${en.short(limit)}): ${faster.en(tryWorkers)}`,
    zh: ({ occupancy, limit, tryWorkers }) => `压测端太慢，连接只有 ${zh.short(occupancy)} 的时间在处理请求（下限 ${zh.short(limit)}）：${faster.zh(tryWorkers)}`,
  },
  loopBusy: {
    en: ({ utilization, limit, tryWorkers }) => `the load generator’s event loop was busy ${en.short(utilization)} of the time (limit ${en.short(limit)}): ${faster.en(tryWorkers)}`,
    zh: ({ utilization, limit, tryWorkers }) => `压测端的事件循环有 ${zh.short(utilization)} 的时间处于忙碌（上限 ${zh.short(limit)}）：${faster.zh(tryWorkers)}`,
  },
  loopLate: {
    en: ({ p99Ms, limitMs, tryWorkers }) => `the load generator’s event loop was ${en.duration(p99Ms)} late at p99, above the limit of ${en.given(limitMs)}: ${faster.en(tryWorkers)}`,
    zh: ({ p99Ms, limitMs, tryWorkers }) => `压测端的事件循环延迟 p99 为 ${zh.duration(p99Ms)}（上限 ${zh.given(limitMs)}）：${faster.zh(tryWorkers)}`,
  },
  requestsLate: {
    en: ({ p99Ms, limitMs, tryWorkers }) => `the load generator sent requests ${en.duration(p99Ms)} after their scheduled time at p99, above the limit of ${en.given(limitMs)}: ${faster.en(tryWorkers)}`,
    zh: ({ p99Ms, limitMs, tryWorkers }) => `压测端发出请求比计划滞后，p99 为 ${zh.duration(p99Ms)}（上限 ${zh.given(limitMs)}）：${faster.zh(tryWorkers)}`,
  },
  throttled: {
    en: ({ waited, requests, limit }) =>
      `${en.whole(waited)} of ${counted(requests, 'request')} waited for others to end, more than ${en.short(limit)}, so the limit throttled the load: raise --max-in-flight or lower the rate`,
    zh: ({ waited, requests, limit }) => `${zh.whole(requests)} 个请求中有 ${zh.whole(waited)} 个因在途上限而等待，超过 ${zh.short(limit)}，上限压低了负载：请调高 --max-in-flight 或降低速率`,
  },
  slowRamp: {
    en: ({ rampMs, limitMs }) => `the last connection sent its first request after ${en.duration(rampMs)} (limit ${en.given(limitMs)}): give a longer --duration or fewer connections`,
    zh: ({ rampMs, limitMs }) => `最后一个连接在 ${zh.duration(rampMs)} 后才开始发送（上限 ${zh.given(limitMs)}）：请加长 --duration 或减少连接数`,
  },
  longDrain: {
    en: ({ drainMs, windowMs }) =>
      `responses arrived until ${en.duration(drainMs)} after sending ended, longer than the window of ${en.duration(windowMs)}, so rates cover less than half of the work: give a longer --duration`,
    zh: ({ drainMs, windowMs }) => `停止发送后 ${zh.duration(drainMs)} 仍有响应，比 ${zh.duration(windowMs)} 的窗口还长，速率只反映不到一半的工作量：请加长 --duration`,
  },
  resultsLost: {
    en: ({ results }) => `${counted(results, 'result')} could not be written to the tape`,
    zh: ({ results }) => `有 ${zh.whole(results)} 个结果未能写入录制文件`,
  },
  shardsLost: {
    en: ({ shards, of }) => `${shards.length === 1 ? 'shard' : 'shards'} ${listed(shards)} of ${of} did not finish, so a part of the load is missing: run all shards again`,
    zh: ({ shards, of }) => `${of} 个分片中的 ${listed(shards)} 号没有完成，缺少一部分负载：请重新运行所有分片`,
  },
  startSkewed: {
    en: ({ skewMs, limitMs }) => `the shards began up to ${en.duration(skewMs)} apart (limit ${en.given(limitMs)}): use less busy machines or a longer --duration`,
    zh: ({ skewMs, limitMs }) => `各分片开始的时间最多相差 ${zh.duration(skewMs)}（上限 ${zh.given(limitMs)}）：请换较空闲的机器，或加长 --duration`,
  },
  processDied: {
    en: () => 'the run did not end: its process died',
    zh: () => '运行没有结束：其进程已退出',
  },
};

/** Why a run is not valid. */
export const reasonText = (reason: InvalidReason, language: Language): string => storedSentenceOf(REASONS, reason, language);

/** Several reasons, as one clause after another. */
export const reasonsText = (reasons: readonly InvalidReason[], language: Language): string => reasons.map((reason) => reasonText(reason, language)).join({ en: '; ', zh: '；' }[language]);

/** Why an answer is not `ok`, in a few words that follow its outcome. */
const CODES: Readonly<Record<ErrorCode, Readonly<Record<Language, string>>>> = {
  refused: { en: 'connection refused', zh: '连接被拒绝' },
  host_not_found: { en: 'host not found', zh: '找不到主机' },
  unreachable: { en: 'no route to the host', zh: '没有到主机的路由' },
  connect_timeout: { en: 'no connection in time', zh: '连接超时' },
  tls: { en: 'certificate not trusted, or no TLS', zh: '证书不受信任，或对方不使用 TLS' },
  closed: { en: 'connection closed in the middle', zh: '连接中途被关闭' },
  reset: { en: 'connection reset', zh: '连接被重置' },
  too_many_files: { en: 'too few file descriptors (ulimit -n)', zh: '文件描述符不足（ulimit -n）' },
  system: { en: 'system error', zh: '系统错误' },
  not_http: { en: 'not an HTTP/1.x response', zh: '不是 HTTP/1.x 响应' },
  protocol_switched: { en: 'switched to another protocol', zh: '切换到了其他协议' },
  bad_header: { en: 'malformed header', zh: '响应头格式错误' },
  bad_length: { en: 'malformed length', zh: '长度格式错误' },
  two_framings: { en: 'two lengths', zh: '有两个长度' },
  bad_chunk: { en: 'malformed chunk', zh: '分块格式错误' },
  too_long: { en: 'head without an end', zh: '响应头没有结尾' },
  sent_twice: { en: 'the connection broke, sent twice', zh: '连接中断，请求重发' },
  unasked_bytes: { en: 'bytes that were not asked for', zh: '未请求的字节' },
  not_passed_on: { en: 'not passed on by the recorder', zh: '录制器未转发' },
  no_finish_reason: { en: 'no finish reason', zh: '没有 finish_reason' },
  choice_unfinished: { en: 'a choice without a finish reason', zh: '有选项没有 finish_reason' },
  event_not_json: { en: 'an event that is not JSON', zh: '有事件不是 JSON' },
  undecodable: { en: 'content coding cannot be decoded', zh: '无法解码内容编码' },
  body_not_json: { en: 'the body is not a JSON object', zh: '正文不是 JSON 对象' },
};

/** An error by its outcome, status and reason; the words of a server or the system are the same in every language. */
export function errorName({ outcome, status, code, error }: NamedError, language: Language): string {
  const reason = code === null ? null : CODES[code][language];
  return [outcome, status, reason, error].filter((part) => part !== null).join(' ');
}
