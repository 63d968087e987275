import { type ChangeGrid, GLYPHS, type VerdictBand } from '../block.ts';

/** A verdict for pages without pictures: the headline first, the checks last. */
export function verdictLines({ tone, headline, lines, trust, tiles }: VerdictBand): readonly string[] {
  const checks = trust.map(({ good, text }) => `${good ? '✓' : '!'} ${text}`);
  // Of two sides the table of changes has these figures.
  const figures =
    tone === 'plain' ? tiles.map(({ name, change, figures: f }) => `${name} ${change} ${f}`.trim()) : [];
  return [
    `${GLYPHS[tone]} ${headline}`,
    ...lines,
    ...(figures.length === 0 ? [] : [figures.join('; ')]),
    checks.join('  '),
  ];
}

/** Changes as a table of words. @param whole with intervals and what is open, where there is room for them */
export function changeTable(
  { header, rows }: ChangeGrid,
  whole = true,
): {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  return {
    header,
    rows: rows.map(({ load, verdict, cells }) => [
      load,
      ...cells.map((cell) =>
        cell === null ? '–' : `${GLYPHS[cell.tone]} ${cell.change} ${whole ? cell.interval : ''}`.trim(),
      ),
      `${verdict.text} ${whole ? verdict.why : ''}`.trim(),
    ]),
  };
}
