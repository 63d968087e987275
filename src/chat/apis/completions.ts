import type { ApiReading } from './api.ts';
import { readChoices, readPlainChoices } from './choices.ts';

/** OpenAI's completions of a plain prompt. */
export const COMPLETIONS: ApiReading = {
  name: 'completions',
  pathEnd: '/completions',
  lengthFields: ['max_tokens'],
  pinsEos: true,
  usageOnDemand: true,
  promptOf: ({ prompt }) => ({ instructions: null, messages: null, text: prompt }),
  isAnswer: () => false,
  readEvent: readChoices,
  readPlain: readPlainChoices,
};
