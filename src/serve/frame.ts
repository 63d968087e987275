import { type Frame, sourceHash } from '../report/html/html-page.ts';
import { SCRIPT } from '../report/html/script.ts';
import { STYLE } from '../report/html/style.ts';
import { type InLanguage, inLanguage } from '../report/messages/catalogue.ts';
import { LANGUAGES, type Language } from '../report/messages/languages.ts';
import { messagesOf } from '../report/messages/messages.ts';
import { serve } from '../report/messages/serve.ts';
import { el, join, type Markup, text } from '../report/plot/markup.ts';
import { type Address, ALL_ROWS, ALL_RUNS, addressOf } from './address.ts';

export type Words = InLanguage<typeof serve>;

const WORDS: Readonly<Record<Language, Words>> = { en: inLanguage(serve, 'en'), zh: inLanguage(serve, 'zh') };

export function wordsOf(language: Language): Words {
  return WORDS[language];
}

/** What the pages of the server add to the style of reports. */
const FRAME_STYLE = `
.bar{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:center;padding:8px 1rem;border-bottom:1px solid var(--line);background:var(--zebra);font-size:14px}
.bar ul{list-style:none;display:flex;flex-wrap:wrap;gap:4px 16px;margin:0;padding:0}
.bar ul:last-child{margin-left:auto}
.bar a{display:inline-block;padding:4px 0;overflow-wrap:anywhere}
.bar [aria-current]{font-weight:700;color:var(--ink)}
.command{font-size:14px;margin:8px 0;max-width:74rem}
.command pre{margin:4px 0;white-space:pre-wrap;overflow-wrap:anywhere}
main a{overflow-wrap:anywhere}
form.filters{display:flex;flex-wrap:wrap;gap:8px 10px;align-items:end;margin:8px 0 12px}
form.filters label{display:grid;gap:2px;font-size:13px;color:var(--soft)}
form.filters :is(input,select,button){height:34px}
input,select,button{font:inherit;font-size:14px;color:var(--ink);background:var(--card);border:1px solid var(--soft);border-radius:6px;padding:4px 8px;max-width:100%}
form.filters input{width:7rem}
form.filters input[type=date]{width:8.5rem}
button{cursor:pointer;background:var(--zebra)}
input:focus-visible,select:focus-visible,button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
input[type=checkbox]{width:20px;height:20px;accent-color:var(--accent);vertical-align:middle}
.compare{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;font-size:14px;color:var(--soft)}
body:has(.lists) :is(header,main,footer){max-width:100rem}
.lists table{width:100%}
.lists thead th{position:sticky;top:0}
.lists th:first-child{position:sticky;left:0;z-index:1}
.lists tbody th:first-child{background:var(--bg)}
.lists tbody tr:hover{background:var(--zebra)}
.lists td.long,.lists th.long{max-width:22rem;overflow:hidden;text-overflow:ellipsis}
.problem{display:inline-block;min-width:16rem;color:var(--tone);white-space:normal;overflow-wrap:anywhere}
#differs tr>:first-child{min-width:11rem}
.spark{display:block;width:72px;height:20px}
.spark path{fill:none;stroke:var(--accent);stroke-width:1.5}
svg.drawing{overflow:visible}
.leads{cursor:pointer}
.funnel{display:block;width:160px;height:32px}
.funnel .none{fill:var(--line)}
.funnel .estimate{stroke-width:2}
.pager{display:flex;gap:16px;font-size:14px;margin:8px 0}
.live{display:grid;gap:12px}
.live article{border:1px solid var(--line);border-left:8px solid var(--tone);border-radius:0 6px 6px 0;background:var(--card);padding:12px 16px;min-width:0}
.live h3{display:flex;flex-wrap:wrap;gap:4px 12px}
.live .spark{width:100%;height:48px}
.live h3 .caption{font-weight:400}
.figures{grid-template-columns:repeat(auto-fill,minmax(min(9.5rem,45%),1fr));gap:10px 16px;margin:8px 0 12px;max-width:none}
.figures dt{font-size:13px}
.figures dd{font-size:20px;font-variant-numeric:tabular-nums}
.lost{color:var(--tone);font-weight:700}
progress{width:100%;height:8px;accent-color:var(--accent)}
@media print{.bar,.command button,form{display:none}}
`;

/** Progressive: without it every list, link and form works. It is text, since it runs in the reader's browser. */
const FRAME_SCRIPT = `(() => {
  'use strict';
  for (const button of document.querySelectorAll('button[data-copies]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const source = document.getElementById(button.dataset.copies);
      try { await navigator.clipboard.writeText(source.textContent); button.textContent = button.dataset.done; }
      catch { getSelection().selectAllChildren(source); }
    });
  }
  // A point leads to the requests that it is made of: the ring is where the report's own script shows a value.
  const behind = ({ runs, by, step, values }, i) => {
    const all = values.split(' ');
    const value = Number(all[i]);
    if (by === 'request') {
      const [run, seq] = all[i].split('.');
      return ['/request', { run, seq }];
    }
    if (by === 'sent') {
      return ['/requests', { run: runs, from: Math.floor(value), to: Math.ceil(value + Number(step)), order: 'longest' }];
    }
    // Values are known within 0.1 %; a bin begins where the one before ends.
    const before = all.slice(0, i).map(Number).findLast((one) => one < value) ?? 0;
    const [least, most] = [before * 1.0006, value * 1.0006].map((ms) => ms.toFixed(6));
    return ['/requests', { run: runs, by, least, most, order: 'longest' }];
  };
  const here = new URLSearchParams(location.search);
  for (const svg of document.querySelectorAll('svg.drawing')) {
    const marks = [...svg.querySelectorAll('[data-values]')].flatMap(({ dataset }) => {
      const ys = dataset.y.split(' ');
      return dataset.x.split(' ').map((x, i) => ({ x, y: ys[i], dataset, i }));
    });
    if (marks.length === 0) continue;
    const follow = () => {
      const ring = svg.querySelector('.ring');
      const mark = marks.findLast(({ x, y }) => ring !== null && x === ring.getAttribute('cx') && y === ring.getAttribute('cy'));
      if (mark === undefined) return;
      const [path, query] = behind(mark.dataset, mark.i);
      const kept = ['tape', 'lang'].flatMap((name) => (here.has(name) ? [[name, here.get(name)]] : []));
      location.assign(path + '?' + new URLSearchParams([...kept, ...Object.entries(query)]));
    };
    svg.classList.add('leads');
    svg.addEventListener('click', follow);
    svg.addEventListener('keydown', ({ key }) => { if (key === 'Enter') follow(); });
  }
  if (document.querySelector('[data-pending]') !== null) {
    setTimeout(() => {
      if (document.querySelector('input:checked,input:focus,select:focus,[open]') === null) location.reload();
    }, 3000);
  }
  const live = document.getElementById('live');
  if (live === null || !('EventSource' in window)) return;
  const lost = document.getElementById('lost');
  const events = new EventSource(live.dataset.events);
  events.addEventListener('message', (event) => {
    lost.hidden = true;
    // What has the focus keeps it, and what was scrolled stays where it is.
    const stops = () => [...live.querySelectorAll('a,[tabindex]')];
    const focused = stops().indexOf(document.activeElement);
    const scrolled = [...live.querySelectorAll('.scroll')].map(({ scrollLeft }) => scrollLeft);
    live.innerHTML = JSON.parse(event.data);
    live.querySelectorAll('.scroll').forEach((one, i) => { one.scrollLeft = scrolled[i] ?? 0; });
    stops()[focused]?.focus({ preventScroll: true });
  });
  events.addEventListener('error', () => { lost.hidden = false; });
  addEventListener('pagehide', () => events.close());
})();
`;

/** The policy of every page: nothing from elsewhere, no script but the two that are known, in no other page. */
export const POLICY: string = [
  "default-src 'self'",
  `style-src ${sourceHash(STYLE)} ${sourceHash(FRAME_STYLE)}`,
  `script-src ${sourceHash(SCRIPT)} ${sourceHash(FRAME_SCRIPT)}`,
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');

/** What is around a page. */
export interface Surroundings {
  readonly address: Address;
  /** The command line that makes the same; null where there is none. */
  readonly command: string | null;
  /** Below the page's own sections. */
  readonly more: Markup;
}

/** The frame of a page: where one is, in which forms it is there, and the command line that makes the same. */
export function frameOf({ address, command, more }: Surroundings): Frame {
  const w = wordsOf(address.language);
  const saved = address.form === 'file';
  return {
    bar: saved ? text('') : bar(address, w),
    more: join([more, ...(command === null ? [] : [commandLine(command, w)])]),
    style: FRAME_STYLE,
    script: saved ? '' : FRAME_SCRIPT,
    saved,
  };
}

function bar({ place, language }: Address, w: Words): Markup {
  const link = (href: string, words: string, current = false, attributes = {}): Markup =>
    el('li', {}, el('a', { href, 'aria-current': current ? 'page' : undefined, ...attributes }, text(words)));
  const tape = 'tape' in place ? place.tape : place.kind === 'report' ? place.side.tape : null;
  const home = addressOf({ kind: 'home', query: ALL_RUNS }, language);
  const other = LANGUAGES.find((one) => one !== language) ?? 'en';
  return el(
    'nav',
    { class: 'bar', 'aria-label': w.pages },
    el(
      'ul',
      {},
      link(home, w.home, place.kind === 'home'),
      link(addressOf({ kind: 'live' }, language), w.live, place.kind === 'live'),
      ...(tape === null
        ? []
        : [
            link(
              addressOf({ kind: 'traffic', tape }, language),
              `${tape}${messagesOf(language).colon}${w.traffic}`,
              place.kind === 'traffic',
            ),
            link(
              addressOf({ kind: 'exchanges', tape, query: ALL_ROWS }, language),
              w.exchanges,
              place.kind === 'exchanges',
            ),
            link(
              addressOf({ kind: 'home', query: { ...ALL_RUNS, texts: { tape } } }, language),
              w.runsOfTape,
            ),
          ]),
    ),
    el(
      'ul',
      {},
      link(addressOf(place, language, 'json'), w.json),
      link(addressOf(place, language, 'file'), w.download),
      link(addressOf(place, other), w.otherLanguage, false, {
        hreflang: other === 'zh' ? 'zh-CN' : other,
        lang: other === 'zh' ? 'zh-CN' : other,
      }),
    ),
  );
}

function commandLine(command: string, w: Words): Markup {
  return el(
    'section',
    { class: 'command', id: 'command' },
    el('h2', {}, text(w.command)),
    el('pre', { id: 'command-text', tabindex: '0', role: 'region', 'aria-label': w.command }, text(command)),
    el(
      'button',
      { type: 'button', hidden: true, 'data-copies': 'command-text', 'data-done': w.copied },
      text(w.copy),
    ),
  );
}
