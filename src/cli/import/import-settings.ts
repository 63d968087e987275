import type { FormatName } from '../../formats/table.ts';

/** What an import reads and writes. */
export interface ImportSettings {
  readonly files: readonly string[];
  readonly out: string;
  readonly append: boolean;
  /** Null: each file's own, found out by its beginning. */
  readonly format: FormatName | null;
  readonly model: string | null;
  /** Requests at the most; null for all. */
  readonly limit: number | null;
  /** Whose tokenizer synthetic prompts are made with, as text; null for token ids. */
  readonly tokenizer: URL | null;
  readonly json: boolean;
}
