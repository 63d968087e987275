import { PALETTE, type Palette } from './palette.ts';

/** Shades of the heat maps with the text that is readable on each, light and dark. */
const SHADES_LIGHT = [
  ['#e8f1fa', '#12263a'],
  ['#c9dff2', '#12263a'],
  ['#a3c8e6', '#12263a'],
  ['#74aad6', '#0b1b2b'],
  ['#2f6fa8', '#ffffff'],
  ['#1d5a92', '#ffffff'],
  ['#0e4173', '#ffffff'],
] as const;
const SHADES_DARK = [
  ['#16283a', '#e6edf3'],
  ['#1b3853', '#e6edf3'],
  ['#21496d', '#ffffff'],
  ['#285c8a', '#ffffff'],
  ['#6fa8d8', '#08131e'],
  ['#93c2e8', '#08131e'],
  ['#bcdcf5', '#08131e'],
] as const;

function shades(all: readonly (readonly [string, string])[]): string {
  return all.map(([fill, text], i) => `.h${i}{fill:${fill}}.drawing .t${i}{fill:${text}}`).join('');
}

/** Series beyond the palette repeat its colours with dashes. */
function series({ series: colours }: Palette): string {
  const again = [...colours, ...colours];
  return again.map((colour, i) => `.s${i}{--c:${colour}${i < colours.length ? '' : ';--dash:3 4'}}`).join('');
}

function tones({ tones: all }: Palette): string {
  return Object.entries(all)
    .map(([name, { ink, tint }]) => `.${name}{--tone:${ink};--tint:${tint}}`)
    .join('');
}

/** What the roles of a scheme are, before its series and shades. */
function roles({ surface, ink, soft, accent }: Palette, rest: string): string {
  return `:root{--card:${surface};--ink:${ink};--soft:${soft};--accent:${accent};${rest}}`;
}

function scheme(palette: Palette, rest: string, heat: typeof SHADES_LIGHT | typeof SHADES_DARK): string {
  return `${roles(palette, rest)}${tones(palette)}${series(palette)}${shades(heat)}`;
}

const LIGHT = scheme(
  PALETTE.light,
  '--bg:#fff;--line:#d5dce4;--grid:#e4e9ef;--zebra:#f5f7fa;--shadow:#0000001a',
  SHADES_LIGHT,
);
const DARK = scheme(
  PALETTE.dark,
  '--bg:#0f151c;--line:#2d3945;--grid:#27323d;--zebra:#1b2530;--shadow:#0008',
  SHADES_DARK,
);

const LAYOUT = `
*{box-sizing:border-box}
html{color-scheme:light dark;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI","Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC","WenQuanYi Micro Hei",sans-serif}
header,main,footer{max-width:74rem;margin:0 auto;padding:0 1rem}
header{padding-top:2rem}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere}
h2{font-size:1.3rem;margin:2.5rem 0 .75rem;padding-bottom:.25rem;border-bottom:2px solid var(--line)}
h3{font-size:1.05rem;margin:0 0 .25rem;overflow-wrap:anywhere}
h3.label{margin:1.25rem 0 .5rem}
p{margin:.5rem 0;overflow-wrap:anywhere}
.lead,footer,.caption{color:var(--soft)}
a{color:var(--accent)}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:0;margin:1rem 0 0;font-size:.95rem}
.skip{position:absolute;left:-999px}
.skip:focus{position:static}
footer{padding:2rem 1rem 3rem;font-size:.9rem}
dl{display:grid;grid-template-columns:minmax(6rem,auto) 1fr;gap:.35rem 1.25rem;margin:.5rem 0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere;min-width:0}
.scroll{overflow-x:auto;margin:.5rem 0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.88rem;min-width:min(100%,24rem)}
caption{text-align:left;font-weight:600;padding:.25rem 0}
th,td{text-align:right;padding:.3rem .5rem;white-space:nowrap;border-bottom:1px solid var(--line)}
th.word,td.word,tbody th{text-align:left}
tbody th{font-weight:400}
thead th{font-weight:600;background:var(--zebra)}
.notes{color:var(--soft);font-size:.92rem;padding-left:1.2rem}
.notes li{overflow-wrap:anywhere}
pre{overflow-x:auto;background:var(--zebra);border:1px solid var(--line);border-radius:6px;padding:.75rem;font:.85rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;margin:.25rem 0 1rem}
.findings{list-style:none;padding:0;margin:.5rem 0;display:grid;gap:.6rem}
.findings li{border-left:4px solid var(--accent);padding:.35rem .9rem;background:var(--zebra);border-radius:0 6px 6px 0}
.findings p{margin:0}
.findings .sentence{font-weight:600}
summary{cursor:pointer;color:var(--accent);font-size:.92rem;width:fit-content}
details p{font-size:.92rem;color:var(--soft)}
`;

const VERDICT = `
.band{border-left:8px solid var(--tone);background:var(--tint);padding:12px 16px;border-radius:0 6px 6px 0}
.band p{margin:4px 0}
.band .headline{font-size:24px;line-height:30px;font-weight:700}
.trust{list-style:none;display:flex;flex-wrap:wrap;gap:4px 16px;margin:8px 0 0;padding:0;font-size:14px}
.trust a{color:var(--ink)}
.trust .warning a{font-weight:700}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,14rem),1fr));gap:12px;margin:12px 0}
.tile{border:1px solid var(--line);border-radius:6px;padding:8px 16px;background:var(--card)}
.tile p{margin:0}
.tile strong{font-size:20px}
.told{color:var(--tone)}
.changes{width:100%;min-width:56rem}
.changes th,.changes td{text-align:left;vertical-align:top}
.changes .strip{display:block;width:180px;height:20px}
.changes td .range{display:block;color:var(--soft);font-size:13px}
.strip .margin{fill:var(--line)}
.strip circle{fill:var(--tone)}
.strip path.range{fill:none;stroke:var(--tone);stroke-width:3}
`;

const PLOTS = `
.plots+.plots{margin-top:1rem}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,31rem),1fr));gap:1rem;align-items:start}
figure{margin:0;padding:1rem;border:1px solid var(--line);border-radius:8px;background:var(--card);min-width:0}
figcaption p{margin:0 0 .5rem;color:var(--soft);font-size:.95rem}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.25rem 0;font-size:.92rem}
.legend li{display:flex;align-items:center;gap:.4rem;overflow-wrap:anywhere;min-width:0}
.swatch{flex:none;width:18px;height:6px;fill:var(--c)}
.drawing{display:block;width:100%;height:auto;margin:.25rem 0;touch-action:pan-y}
.drawing:focus-visible,.scroll:focus-visible,a:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.drawing text{font-size:15px;fill:var(--soft)}
.drawing .axis{fill:var(--ink)}
.drawing .heat-label{font-size:16px;font-weight:600}
.drawings{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:.5rem 1rem}
.drawings>div{container-type:inline-size}
figure.wide{grid-column:1/-1}
figure:only-child:not(.wide){max-width:44rem}
.drawing .note{fill:var(--ink);font-size:14px}
.grid{stroke:var(--grid);stroke-width:1}
.rule{stroke:var(--soft);stroke-width:1.5;stroke-dasharray:5 4}
.line{fill:none;stroke:var(--c);stroke-width:2.2;stroke-linejoin:round;stroke-dasharray:var(--dash,none)}
.dots{fill:none;stroke:var(--c);stroke-width:5;stroke-linecap:round;stroke-opacity:.6}
.large{stroke-width:9;stroke-opacity:1}
.bars{fill:var(--c)}
.again{stroke-dasharray:7 4}
.interval{fill:var(--accent);fill-opacity:.25}
.estimate{stroke:var(--accent);stroke-width:3}
.ring{fill:none;stroke:var(--ink);stroke-width:2}
.tip{position:absolute;z-index:2;max-width:min(22rem,90vw);padding:.35rem .6rem;border-radius:6px;background:var(--ink);color:var(--bg);font-size:.88rem;pointer-events:none;box-shadow:0 2px 8px var(--shadow)}
.tip[hidden]{display:none}
`;

const NARROW = `
@media (max-width:34rem){
body{font-size:15px}
dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:.5rem}
figure{padding:.6rem}
}
@container (max-width:26rem){
.drawing text{font-size:20px}
.drawing .minor{display:none}
.drawing .heat-label,.drawing .note{font-size:20px}
.dots{stroke-width:7}
.large{stroke-width:13}
.line{stroke-width:3.2}
}`;

const PRINT = `
@page{margin:14mm}@media print{
${LIGHT}
body{font-size:10.5pt}
header,main,footer{max-width:none;padding:0}
nav,.skip,.tip{display:none}
.plots{grid-template-columns:1fr 1fr}
figure,.findings li,pre,tr{break-inside:avoid}
thead{display:table-header-group}
h2,h3{break-after:avoid}
details:not([open]){display:none}
.scroll{overflow:visible}
table{font-size:8pt}
th,td{padding:.15rem .3rem}
}`;

/** The page's style sheet: light and dark by the reader's wish, one column on a phone, two on paper. */
export const STYLE: string = [
  LIGHT,
  `@media (prefers-color-scheme:dark){${DARK}}`,
  LAYOUT,
  VERDICT,
  PLOTS,
  NARROW,
  PRINT,
].join('\n');
