import { type ChangeCell, type ChangeGrid, GLYPHS, type VerdictBand } from '../block.ts';
import type { Messages } from '../messages/messages.ts';
import { el, join, type Markup, text, verbatim } from '../plot/markup.ts';

/**
 * The conclusion, what it rests on, how to repeat it, and the figures at the load that decides.
 * @param heads whether its headline is the page's own heading
 * @param has whether the page has a section: a check of another one is no link
 */
export function verdictMarkup(
  { tone, headline, lines, repeat, trust, tiles }: VerdictBand,
  { verdict: w, colon }: Messages,
  heads: boolean,
  has: (section: string) => boolean,
): Markup {
  const links = trust.map(({ good, text: said, section }) => {
    const words = text(`${good ? '✓' : '!'} ${said}`);
    return el(
      'li',
      { class: good ? 'good' : 'warning' },
      has(section) ? el('a', { href: `#${section}` }, words) : words,
    );
  });
  return join([
    el(
      'div',
      { class: `band ${tone}` },
      el(heads ? 'h1' : 'h3', { class: 'headline' }, text(`${GLYPHS[tone]} ${headline}`)),
      ...lines.map((line) => el('p', {}, text(line))),
      el('ul', { class: 'trust', 'aria-label': w.trust }, el('li', {}, text(`${w.trust}${colon}`)), ...links),
      ...(repeat === null
        ? []
        : [el('p', { class: 'repeat' }, text(`${w.repeat}${colon}`), el('code', {}, verbatim(repeat)))]),
    ),
    ...(tiles.length === 0 ? [] : [el('div', { class: 'tiles' }, ...tiles.map(tileMarkup))]),
  ]);
}

function tileMarkup({ name, tone, change, figures }: VerdictBand['tiles'][number]): Markup {
  const said = tone === 'plain' ? change : `${change} ${GLYPHS[tone]}`;
  return el(
    'div',
    { class: 'tile' },
    el('p', { class: 'caption' }, text(name)),
    el(
      'p',
      {},
      el('strong', { class: `told ${tone}` }, text(said)),
      ...(figures === '' ? [] : [el('span', { class: 'figures' }, text(figures))]),
    ),
  );
}

/** A strip for each metric at each load, on one axis of log ratios. */
export function changesMarkup({ header, rows, note }: ChangeGrid): Markup {
  const cell = (change: ChangeCell | null, i: number): Markup =>
    change === null
      ? el('td', { 'data-name': header[i + 1] }, text('–'))
      : el(
          'td',
          { class: `change ${change.tone}`, 'data-name': header[i + 1] },
          strip(change),
          el(
            'strong',
            { class: `told ${change.tone}` },
            text(`${change.change} ${GLYPHS[change.tone]} ${change.word}`),
          ),
          el('span', {}, text(change.figures)),
          ...(change.interval === '' ? [] : [el('span', {}, text(change.interval))]),
        );
  return join([
    el(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': header.join(' ') },
      el(
        'table',
        { class: 'changes' },
        el('thead', {}, el('tr', {}, ...header.map((name) => el('th', { scope: 'col' }, text(name))))),
        el(
          'tbody',
          {},
          ...rows.map(({ load, verdict, link, cells }) =>
            el(
              'tr',
              {},
              el(
                'th',
                { scope: 'row' },
                link === null ? text(load) : el('a', { href: `#${link}` }, text(load)),
              ),
              ...cells.map(cell),
              el(
                'td',
                { class: `word told ${verdict.tone}` },
                text(`${GLYPHS[verdict.tone]} ${verdict.text} ${verdict.why}`.trim()),
              ),
            ),
          ),
        ),
      ),
    ),
    ...(note === null ? [] : [el('p', { class: 'caption note' }, text(note))]),
  ]);
}

const [WIDTH, HEIGHT] = [220, 20];
const [MIDDLE, LEVEL] = [WIDTH / 2, HEIGHT / 2];
/** The end of the axis on either side, as a log ratio. */
const END = Math.log(1.5);

/** Where a ratio lies on the strip, within it. */
function place(ratio: number): number {
  const share = Math.log(ratio) / END;
  return MIDDLE + (MIDDLE - 8) * Math.max(-1, Math.min(1, share));
}

function strip({ ratio, low, high, margin, pairs }: ChangeCell): Markup {
  const [from, to] = [place(1 / (1 + margin)), place(1 + margin)];
  const beyond = Math.abs(Math.log(ratio)) > END;
  const at = place(ratio);
  const side = ratio > 1 ? 1 : -1;
  return el(
    'svg',
    { class: 'strip', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true' },
    el('rect', { class: 'margin', x: from, y: 1, width: to - from, height: HEIGHT - 2 }),
    el('path', { class: 'rule', d: `M${MIDDLE} 0V${HEIGHT}` }),
    ...pairs.map((pair, k) =>
      el('circle', { class: 'pair', cx: place(pair), cy: LEVEL + ((k % 3) - 1) * 5, r: 2 }),
    ),
    low === null || high === null || beyond
      ? text('')
      : el('path', { class: 'range', d: `M${place(low)} ${LEVEL}H${place(high)}` }),
    beyond
      ? el('path', {
          class: 'range',
          d: `M${at - 14 * side} ${LEVEL}H${at}m${-6 * side} -5l${6 * side} 5l${-6 * side} 5`,
        })
      : el('circle', { cx: at, cy: LEVEL, r: 4.5 }),
  );
}
