import type { ExportLoss, ExportSkip } from '../../../model/notes/exports.ts';
import { QUANTITIES } from '../../quantities.ts';
import { counted } from '../catalogue.ts';
import type { Language } from '../languages.ts';

const SKIPS: Readonly<Record<ExportSkip, Readonly<Record<Language, string>>>> = {
  noBody: { en: 'the tape does not have their bodies', zh: '录制文件中没有它们的正文' },
  cut: { en: 'the tape has only the beginning of their bodies', zh: '录制文件中只有它们正文的开头' },
  notJson: { en: 'their bodies are no JSON object in UTF-8', zh: '它们的正文不是 UTF-8 的 JSON 对象' },
  noText: { en: 'no text of a user is in them', zh: '其中没有用户的文本' },
};

const LOSSES: Readonly<Record<ExportLoss, Readonly<Record<Language, string>>>> = {
  times: { en: 'times', zh: '时间' },
  headers: { en: 'headers', zh: '请求头' },
  paths: { en: 'paths', zh: '路径' },
  bodies: { en: 'bodies', zh: '请求体和响应体' },
  answers: { en: 'answers', zh: '响应' },
  chunkTimes: { en: 'times of chunks', zh: '各数据块的时间' },
  chunkTimesForOthers: { en: 'times of chunks for other tools (they are in _sse)', zh: '其他工具可读的数据块时间（保存在 _sse 中）' },
  allButTextAndLength: { en: 'everything but the last text of the user and the output length', zh: '除用户最后一段文本和输出长度外的一切' },
  allButTexts: { en: 'everything but the last text of the user and the text of the answer', zh: '除用户最后一段文本和回答文本外的一切' },
};

/** How many requests are not in the file, and why. */
export function exportSkipText(skip: ExportSkip, requests: number, language: Language): string {
  const why = SKIPS[skip][language];
  return language === 'en' ? `${counted(requests, 'request')}: ${why}` : `${QUANTITIES.zh.whole(requests)} 个请求：${why}`;
}

/** What the format does not have, as a list: `times, headers and answers`. */
export function exportLossText(losses: readonly ExportLoss[], language: Language): string {
  const texts = losses.map((loss) => LOSSES[loss][language]);
  if (language === 'zh') return texts.join('、');
  const last = texts.at(-1) ?? '';
  return texts.length < 2 ? last : `${texts.slice(0, -1).join(', ')} and ${last}`;
}
