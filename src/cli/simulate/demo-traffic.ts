import { CHAT } from '../../chat/apis/chat.ts';
import { COMPLETIONS } from '../../chat/apis/completions.ts';

/** One conversation of the demo's traffic: its requests are sent one after another. */
export interface DemoConversation {
  /** Sent as `X-Session-ID`. */
  readonly session: string | null;
  readonly path: string;
  readonly bodies: readonly object[];
}

const MODEL = 'deepseek-14b';
const CHAT_PATH = `/v1${CHAT.pathEnd}`;

/** The request of the public A40 benchmark: a Chinese essay of fifty characters, fifty tokens, not streamed. */
const REFERENCE = {
  model: MODEL,
  messages: [{ role: 'user', content: '写一个50字的短文' }],
  max_tokens: 50,
};

const QUESTIONS = [
  'Why is the sky blue?',
  'Name three rivers of Asia and one thing each is known for.',
  '用一句话解释什么是量子纠缠。',
  'Write a function that reverses a linked list, and say what it costs.',
  '把下面的句子翻译成英文：今天的天气非常好，我们去公园散步吧。',
  'Summarise the plot of Hamlet for a ten-year-old.',
] as const;

const FOLLOW_UPS = ['Can you say that in one sentence?', 'And what would a critic answer?'] as const;

/** A long document to work on: some 300 tokens of prompt. */
const DOCUMENT = Array.from(
  { length: 24 },
  (_, i) => `Clause ${i + 1}: the tenant keeps the garden in order and repairs what is broken.`,
).join(' ');

/**
 * What the demo's clients send: the benchmark's request, short and long prompts and answers, streamed and plain, single
 * questions and conversations. Every answer has its length pinned, so that both sides of the comparison do equal work.
 */
export function demoConversations(): readonly DemoConversation[] {
  const single = (body: object): DemoConversation => ({ session: null, path: CHAT_PATH, bodies: [body] });
  return [
    ...Array.from({ length: 8 }, () => single(REFERENCE)),
    ...QUESTIONS.map((question, i) => single(streamed(question, 24 + 12 * i))),
    ...QUESTIONS.slice(0, 3).map((question, i) => single(plain(question, 16 + 16 * i))),
    single(streamed(`${DOCUMENT}\n\nSummarise the contract in three points.`, 64)),
    {
      session: null,
      path: `/v1${COMPLETIONS.pathEnd}`,
      bodies: [{ model: MODEL, prompt: 'Once upon a time', max_tokens: 40 }],
    },
    ...QUESTIONS.slice(3).map((question, i) => conversation(`demo-${i + 1}`, question)),
  ];
}

function plain(question: string, maxTokens: number): object {
  return { model: MODEL, messages: [{ role: 'user', content: question }], max_tokens: maxTokens };
}

function streamed(question: string, maxTokens: number): object {
  return { ...plain(question, maxTokens), stream: true, stream_options: { include_usage: true } };
}

/** Three turns whose history grows, as chat clients send it. */
function conversation(session: string, question: string): DemoConversation {
  const messages: { role: string; content: string }[] = [{ role: 'user', content: question }];
  const bodies = [{ ...streamed('', 32), messages: [...messages] }];
  for (const followUp of FOLLOW_UPS) {
    messages.push({ role: 'assistant', content: `An answer to: ${messages.at(-1)?.content}` });
    messages.push({ role: 'user', content: followUp });
    bodies.push({ ...streamed('', 32), messages: [...messages] });
  }
  return { session, path: CHAT_PATH, bodies };
}
