import type { FormatName } from '../../formats/table.ts';

/** What an import reads and writes. */
export interface ImportSettings {
  readonly files: readonly string[];
  readonly out: string;
  readonly append: boolean;
  /** Null: each file's own, found out by its beginning. */
  readonly format: FormatName | null;
  readonly model: string | null;
  /** The server whose tokenizer makes prompts of lengths as text; null for prompts of token ids. */
  readonly tokenizer: URL | null;
  /** Of imported runs; null for the name of the tool. */
  readonly label: string | null;
  /** Requests at the most; null for all. */
  readonly limit: number | null;
  readonly json: boolean;
}
