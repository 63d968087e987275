import type { Token } from '../texts/prose.ts';
import type { Finish, PlannedChoice } from './plan.ts';

/** News of one call of a tool. */
export interface CallDelta {
  readonly call: number;
  /** With the first news of a call. */
  readonly name: string | null;
  readonly arguments: string;
}

/** What one or more tokens of a choice bring, as the server's parsers split it. */
export interface OutputPiece {
  readonly index: number;
  readonly content: string;
  readonly reasoning: string;
  readonly calls: readonly CallDelta[];
  readonly tokens: readonly Token[];
  /** Index of the first of `tokens` in the answer. */
  readonly position: number;
  /** Tokens of the choice so far, these included; and those of them that were thinking. */
  readonly totalTokens: number;
  readonly reasoningTokens: number;
  /** With the last piece. */
  readonly finish: Finish | null;
  /** A call was begun in this choice. */
  readonly called: boolean;
}

/**
 * The output of one choice, taken as its tokens come.
 * @param heldBack characters that wait for what follows, since a stop string may begin with them; as vLLM does it, one
 *   less than the longest stop string
 */
export function choiceOutput(choice: PlannedChoice, heldBack: number) {
  const { script, outputTokens, finish, keptCharacters, index } = choice;
  let total = 0;
  let reasoningTokens = 0;
  let characters = 0;
  let called = false;
  /** Text that is held back, and which of the two it belongs to. */
  let held = '';
  let heldThought = false;

  return {
    take(count: number): OutputPiece {
      const position = total;
      const tokens: Token[] = [];
      const calls: CallDelta[] = [];
      let content = '';
      let reasoning = '';
      const emit = (text: string, thought: boolean): void => {
        if (thought) reasoning += text;
        else content += text;
      };
      for (; total < Math.min(position + count, outputTokens); total++) {
        const token = script.token(total);
        const text = token.text.slice(0, Math.max(0, keptCharacters - characters));
        characters += token.text.length;
        tokens.push(token);
        const { part } = token;
        if (part.kind === 'content' || part.kind === 'reasoning') {
          const thought = part.kind === 'reasoning';
          if (thought) reasoningTokens += 1;
          if (thought !== heldThought) {
            emit(held, heldThought);
            held = '';
            heldThought = thought;
          }
          held += text;
          const free = Math.max(0, held.length - heldBack);
          emit(held.slice(0, free), thought);
          held = held.slice(free);
        } else if (part.kind === 'call') {
          called = true;
          calls.push({ call: part.call, name: part.name, arguments: '' });
        } else if (part.kind === 'arguments') addArguments(calls, part.call, text);
      }
      const ended = total === outputTokens;
      if (ended) {
        emit(held, heldThought);
        held = '';
      }
      const totals = { position, totalTokens: total, reasoningTokens, called };
      return { index, content, reasoning, calls, tokens, ...totals, finish: ended ? finish : null };
    },
    get totalTokens() {
      return total;
    },
  };
}

function addArguments(calls: CallDelta[], call: number, text: string): void {
  const last = calls.at(-1);
  // A call's beginning is a delta apart from its arguments.
  if (last !== undefined && last.call === call && last.name === null) {
    calls[calls.length - 1] = { ...last, arguments: last.arguments + text };
  } else calls.push({ call, name: null, arguments: text });
}
