import { type ApiReading, listOf } from './api.ts';
import { readChoices, readPlainChoices } from './choices.ts';

/** OpenAI's chat completions. */
export const CHAT: ApiReading = {
  name: 'chat',
  pathEnd: '/chat/completions',
  // vLLM takes the first when it is not null.
  lengthFields: ['max_completion_tokens', 'max_tokens'],
  pinsEos: true,
  usageOnDemand: true,
  promptOf: ({ messages }) => ({ instructions: null, messages: listOf(messages), text: undefined }),
  isAnswer: ({ role }) => role === 'assistant',
  readEvent: readChoices,
  readPlain: readPlainChoices,
};
