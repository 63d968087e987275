/** One scheme's colours; a colour that carries meaning never stands without a glyph or a word. */
export interface Palette {
  readonly surface: string;
  readonly ink: string;
  readonly soft: string;
  readonly accent: string;
  /** Of verdicts, each with the tint behind it. */
  readonly tones: Readonly<
    Record<'better' | 'worse' | 'same' | 'open', { readonly ink: string; readonly tint: string }>
  >;
  /** Of two labels: hollow and dashed, filled. */
  readonly before: string;
  readonly after: string;
  /** Of loads, from low to high; each line is named at its end as well. */
  readonly loads: readonly [string, string, string, string];
  /** Of series without an order; a fifth is told apart by its dashes. */
  readonly series: readonly [string, string, string, string];
}

export const PALETTE: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    surface: '#ffffff',
    ink: '#1c2430',
    soft: '#53606f',
    accent: '#00578f',
    tones: {
      better: { ink: '#08704f', tint: '#e6f4ee' },
      worse: { ink: '#b42318', tint: '#fdecea' },
      same: { ink: '#53606f', tint: '#eef1f5' },
      open: { ink: '#4a3fd0', tint: '#eeebfb' },
    },
    before: '#6b7684',
    after: '#0b5fa5',
    loads: ['#7fa9d0', '#4a8fc7', '#1f6bab', '#0b3a66'],
    series: ['#0b5fa5', '#c2570c', '#3b1236', '#2a9d86'],
  },
  dark: {
    surface: '#161e27',
    ink: '#e6edf3',
    soft: '#a3b1c0',
    accent: '#7cc0f5',
    tones: {
      better: { ink: '#8ff0d0', tint: '#12332f' },
      worse: { ink: '#ff6f5e', tint: '#3d1a17' },
      same: { ink: '#a9b6c4', tint: '#1f2a35' },
      open: { ink: '#9a80ff', tint: '#252043' },
    },
    before: '#8b98a7',
    after: '#6cb4ee',
    loads: ['#4a86b8', '#6aa8d9', '#9dcbef', '#d6ebfb'],
    series: ['#6cb4ee', '#f08a3c', '#f6e3f5', '#2b8a5f'],
  },
};
