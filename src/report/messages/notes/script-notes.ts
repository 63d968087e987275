import type { ScriptFacts, ScriptNote } from '../../../model/notes/scripts.ts';
import { QUANTITIES } from '../../quantities.ts';
import { counted, type Sentences, sentenceOf } from '../catalogue.ts';
import type { Language } from '../languages.ts';

const FACTS: Sentences<ScriptFacts> = {
  writesInMemory: {
    en: ({ file, path }) => `${file} writes ${path} in memory only: nothing is written to the disk`,
    zh: ({ file, path }) => `${file} 写入 ${path} 仅在内存中进行：不会写入磁盘`,
  },
  requestsRepeated: {
    en: ({ file, requests }) => `${file} made ${counted(requests, 'request')} before the run, and more were sent: those were the same again from the first`,
    zh: ({ file, requests }) => `${file} 在运行前生成了 ${QUANTITIES.zh.whole(requests)} 个请求，实际发送得更多：其余从第一个起重复`,
  },
  moreRequests: {
    en: ({ file }) => `${file} would give more requests: change the number with --limit`,
    zh: ({ file }) => `${file} 还能生成更多请求：可用 --limit 改变数量`,
  },
};

export const scriptNoteText = (note: ScriptNote, language: Language): string => sentenceOf(FACTS, note, language);
