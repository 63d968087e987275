import type { ErrorCode } from '../../model/error-code.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Language } from './languages.ts';

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
  unasked_bytes: { en: 'bytes that were not asked for', zh: '未请求的字节' },
  not_passed_on: { en: 'not passed on by the recorder', zh: '录制器未转发' },
  no_finish_reason: { en: 'no finish reason', zh: '没有 finish_reason' },
  choice_unfinished: { en: 'a choice without a finish reason', zh: '有选项没有 finish_reason' },
  event_not_json: { en: 'an event that is not JSON', zh: '有事件不是 JSON' },
  undecodable: { en: 'content coding cannot be decoded', zh: '无法解码内容编码' },
  body_not_json: { en: 'the body is not a JSON object', zh: '正文不是 JSON 对象' },
};

/** What is known of an error. */
export interface NamedError {
  readonly outcome: Outcome;
  readonly status: number | null;
  readonly code: ErrorCode | null;
  readonly error: string | null;
}

/** An error by its outcome, status and reason; the words of a server or the system are the same in every language. */
export function errorName({ outcome, status, code, error }: NamedError, language: Language): string {
  const reason = code === null ? null : CODES[code][language];
  return [outcome, status, reason, error].filter((part) => part !== null).join(' ');
}
