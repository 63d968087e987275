import { type ChangeGrid, GLYPHS, type VerdictBand } from '../block.ts';

/** A verdict for pages without pictures: the headline first, the checks last. */
export function verdictLines({ tone, headline, lines, trust }: VerdictBand): readonly string[] {
  const checks = trust.map(({ good, text }) => `${good ? '✓' : '!'} ${text}`);
  return [`${GLYPHS[tone]} ${headline}`, ...lines, checks.join('  ')];
}

/** Changes as a table of words. */
export function changeTable({ header, rows }: ChangeGrid): {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  return {
    header,
    rows: rows.map(({ load, cells }) => [
      load,
      ...cells.map((cell) =>
        cell === null ? '–' : `${GLYPHS[cell.tone]} ${cell.change} ${cell.interval}`.trim(),
      ),
    ]),
  };
}
