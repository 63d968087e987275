import type { PairedComparison } from '../../compare/session/judge-session.ts';
import type { Block } from '../block.ts';
import type { Messages } from '../messages/messages.ts';
import type { ComparedLabels } from '../runs-report.ts';
import { type ComparisonTable, comparisonTables } from './comparison-tables.ts';
import { sessionNotes, sessionTables } from './session-tables.ts';
import { sessionVerdictBlocks, verdictBlocks } from './verdict-blocks.ts';

/** A comparison in words: what decides, what must be known of it, all figures. */
export interface Statement {
  readonly first: readonly Block[];
  readonly notes: readonly string[];
  readonly tables: readonly ComparisonTable[];
}

/** What runs that were made apart say. */
export function ofRuns(compared: ComparedLabels, messages: Messages): Statement {
  const { comparison } = compared;
  return {
    first: verdictBlocks([compared], messages),
    notes: comparison.notes.map(messages.note),
    tables: comparisonTables(comparison, messages),
  };
}

/** The same of a session of pairs. @param repeat the command that makes it again */
export function ofPairs(
  session: PairedComparison,
  messages: Messages,
  repeat: string | null = null,
): Statement {
  return {
    first: sessionVerdictBlocks(session, messages, repeat),
    notes: sessionNotes(session, messages),
    tables: sessionTables(session, messages),
  };
}
