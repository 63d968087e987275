import type { AnswerFigures, RawAnswer } from '../model/completion.ts';
import { microseconds } from './microseconds.ts';

/** The columns that `exchanges` and `results` share: how an answer came and what it meant. */
export function answerColumns(answer: RawAnswer, figures: AnswerFigures): Readonly<Record<string, unknown>> {
  return {
    status: answer.status,
    outcome: figures.outcome,
    error: figures.error,
    headersUs: microseconds(answer.headersUs),
    firstByteUs: microseconds(answer.firstByteUs),
    firstTokenUs: microseconds(figures.firstTokenUs),
    lastTokenUs: microseconds(figures.lastTokenUs),
    finishedUs: microseconds(answer.finishedUs),
    promptTokens: figures.promptTokens,
    completionTokens: figures.completionTokens,
    cachedTokens: figures.cachedTokens,
    tokenSource: figures.tokenSource,
    finishReason: figures.finishReason,
    answerHash: figures.answerHash,
    streamed: Number(figures.streamed),
  };
}
