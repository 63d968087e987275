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

/** Series beyond the palette repeat its colours with dashes; two labels and loads have colours of their own. */
function series({ series: colours, before, after, loads }: Palette): string {
  const again = [...colours, ...colours];
  return [
    ...again.map((colour, i) => `.s${i}{--c:${colour}${i < colours.length ? '' : ';--dash:3 4'}}`),
    `.s10{--c:${before};--dash:6 4}`,
    `.s11{--c:${after}}`,
    ...loads.map((colour, i) => `.s${20 + i}{--c:${colour}}`),
  ].join('');
}

function tones({ tones: all, accent }: Palette): string {
  const plain = { ink: accent, tint: all.same.tint };
  // What findings are: good news, warnings, open questions, advice.
  const findings = { good: all.better, advice: plain };
  return Object.entries({ ...all, plain, ...findings, 'findings .warning': all.open })
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
  '--bg:#fff;--line:#d5dce4;--grid:#e4e9ef;--zebra:#f5f7fa;--shadow:#0000001a;--cut:#1c243040',
  SHADES_LIGHT,
);
const DARK = scheme(
  PALETTE.dark,
  '--bg:#0f151c;--line:#2d3945;--grid:#27323d;--zebra:#1b2530;--shadow:#0008;--cut:#000c',
  SHADES_DARK,
);

const LAYOUT = `
*{box-sizing:border-box}
html{color-scheme:light dark;-webkit-text-size-adjust:100%;scroll-padding-top:52px}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/24px system-ui,-apple-system,"Segoe UI","Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC","WenQuanYi Micro Hei",sans-serif}
header,main,footer{max-width:100rem;margin:0 auto;padding:0 16px}
header{padding-top:8px}
h1{font-size:28px;line-height:34px;margin:8px 0;overflow-wrap:anywhere}
h2{font-size:20px;line-height:26px;margin:32px 0 12px;padding-bottom:4px;border-bottom:2px solid var(--line)}
h3{font-size:16px;line-height:22px;margin:0 0 4px;overflow-wrap:anywhere}
h3.label{margin:20px 0 8px}
p{margin:8px 0;overflow-wrap:anywhere}
main p,main li,main dl,.band{max-width:74rem}
.lead,.about,footer,.caption{color:var(--soft)}
.about,.caption,.note{font-size:13px;line-height:18px;margin:4px 0}
a{color:var(--accent)}
nav{position:sticky;top:0;z-index:1;background:var(--bg);border-bottom:1px solid var(--line)}
nav>div{display:flex;gap:24px;overflow-x:auto;max-width:100rem;margin:0 auto;padding:8px 16px;scrollbar-width:none}
nav ul{list-style:none;display:flex;gap:14px;margin:0;padding:0;font-size:14px;line-height:20px;white-space:nowrap}
nav .loads{margin-left:auto;color:var(--soft)}
@media (min-width:60rem){nav .sections{overflow-x:auto;min-width:0;scrollbar-width:none}nav .loads{max-width:40%;overflow-x:auto;flex:none}}
.skip{position:absolute;left:-999px}
.skip:focus{position:static}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
footer{padding:24px 16px 40px;font-size:13px}
dl{display:grid;grid-template-columns:minmax(6rem,auto) 1fr;gap:4px 20px;margin:8px 0;font-size:14px;line-height:20px}
dt{color:var(--soft)}
@media (min-width:70rem){#overview dl{grid-template-columns:repeat(2,minmax(6rem,auto) minmax(0,1fr));max-width:none}}
dl+p{font-size:13px;line-height:18px;color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere;min-width:0;white-space:pre-line}
.scroll{overflow-x:auto;margin:8px 0;max-width:100%;width:fit-content;background:linear-gradient(90deg,var(--bg) 30%,transparent) 0/40px 100% no-repeat local,linear-gradient(270deg,var(--bg) 30%,transparent) 100%/40px 100% no-repeat local,linear-gradient(90deg,var(--cut),transparent) 0/12px 100% no-repeat,linear-gradient(270deg,var(--cut),transparent) 100%/12px 100% no-repeat}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:14px;line-height:20px;min-width:min(100%,24rem)}
caption{text-align:left;font-weight:600;padding:4px 0}
th,td{text-align:right;padding:4px 10px;white-space:nowrap;border-bottom:1px solid var(--line)}
th.word,td.word,tbody th{text-align:left}
tbody th{font-weight:400}
thead th{font-weight:600;background:var(--zebra)}
th:first-child{position:sticky;left:0;background:var(--bg)}
thead th:first-child{background:var(--zebra)}
tr:target{background:var(--zebra)}
td[title]{text-decoration:underline dotted;text-underline-offset:3px}
td.change[title]{text-decoration:none}
.words{max-width:74rem}
.words th,.words td{white-space:pre-line;overflow-wrap:anywhere;vertical-align:top}
.words th{min-width:9rem}
.words thead th{overflow-wrap:break-word}
.notes{color:var(--soft);font-size:13px;line-height:18px;padding-left:20px;margin:8px 0}
.notes li{overflow-wrap:anywhere}
pre{overflow-x:auto;background:var(--zebra);border:1px solid var(--line);border-radius:6px;padding:12px;font:13px/18px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;margin:4px 0 16px;max-width:74rem}
.findings{list-style:none;padding:0;margin:8px 0;max-width:100rem}
.findings>li{border-bottom:1px solid var(--line);max-width:none}
.findings .several{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:0 16px}
.findings details{border-left:4px solid var(--tone,var(--line));padding:2px 8px 2px 10px}
.findings summary{font-size:14px;line-height:18px;color:var(--ink);width:auto;list-style:none;display:flex;gap:6px}
.findings summary::-webkit-details-marker{display:none}
.findings summary b{font-weight:600;flex:none}
.findings p{margin:2px 0 6px 20px}
@media screen and (min-width:48rem){.findings details:not([open]) .said{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}}
.said{overflow-wrap:anywhere;min-width:0}
.mark-of{color:var(--tone,var(--soft));font-weight:700;flex:none;width:14px}
.folded{margin:8px 0}
.folded>summary{padding:6px 0}
summary{cursor:pointer;color:var(--accent);font-size:14px;line-height:20px;width:fit-content}
details p{font-size:13px;line-height:18px;color:var(--soft)}
`;

const VERDICT = `
.band{border-left:8px solid var(--tone);background:var(--tint);padding:8px 16px;border-radius:0 6px 6px 0;max-width:none}
.band p{margin:2px 0}
.band .headline{font-size:24px;line-height:30px;font-weight:700;margin:0 0 4px}
.trust{list-style:none;display:flex;flex-wrap:wrap;gap:2px 16px;margin:4px 0 0;padding:0;font-size:14px;line-height:20px}
.trust a{color:var(--ink)}
.trust .warning a{font-weight:700}
.repeat{font-size:13px;line-height:18px;color:var(--soft)}
.repeat code{font-size:12px;overflow-wrap:anywhere;color:var(--ink)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,10rem),1fr));gap:12px;margin:12px 0}
.tile{border:1px solid var(--line);border-radius:6px;padding:6px 16px;background:var(--card)}
.tile p{margin:0}
.tile strong{font-size:20px;line-height:26px;margin-right:6px}
.tile .figures{display:inline-block;font-size:14px;line-height:20px;font-variant-numeric:tabular-nums}
.told{color:var(--tone)}
.changes{width:100%;min-width:43rem}
.changes th,.changes td{text-align:left;vertical-align:top;padding:4px 5px;line-height:18px}
.changes td{white-space:normal}
.changes td.word{width:1%;min-width:6.5rem}
@media (min-width:70rem){.changes td.word{min-width:7.6rem}}
.scroll:has(.changes){width:100%}
.changes .strip{display:block;width:100%;max-width:220px;height:20px;margin:2px 0}
.changes td>strong{display:block}
.changes td>span{display:inline-block;white-space:nowrap;margin-right:6px;color:var(--soft);font-size:13px}
.strip .margin{fill:var(--line)}
.strip circle{fill:var(--tone)}
.strip .pair{fill:var(--soft)}
.strip path.range{fill:none;stroke:var(--tone);stroke-width:3}
`;

const PLOTS = `
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,31rem),1fr));gap:16px;align-items:start;margin:8px 0}
figure{margin:0;padding:12px;border:1px solid var(--line);border-radius:6px;background:var(--card);min-width:0}
figcaption p{margin:0 0 4px;color:var(--soft);font-size:13px;line-height:18px}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 16px;padding:0;margin:4px 0;font-size:13px;line-height:18px}
.legend li{display:flex;align-items:center;gap:6px;overflow-wrap:anywhere;min-width:0}
.swatch{flex:none;width:22px;height:6px}
.swatch path{stroke:var(--c);stroke-width:5;stroke-dasharray:var(--dash,none)}
.of{font-size:13px;line-height:18px;font-weight:600;margin:4px 0 0}
.drawing{display:block;width:100%;height:auto;margin:2px 0;touch-action:pan-y}
.drawing:focus-visible,.scroll:focus-visible,pre:focus-visible,a:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.drawing text{font-size:var(--size,13px);fill:var(--soft)}
.drawing :is(path,line){vector-effect:non-scaling-stroke}
.drawing .axis,.drawing .figure{fill:var(--ink)}
.drawing .figure{font-weight:600}
.drawing .heat-label{font-weight:600}
.drawing .heat-label.told{fill:var(--tone)}
.heat.change{fill:var(--tint)}
.drawing .line-name{fill:var(--ink)}
.drawings{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));gap:8px 16px}
.drawings>div{max-width:37rem}
.drawings.small{grid-template-columns:repeat(auto-fit,minmax(min(100%,16rem),1fr));gap:4px 12px}
.drawings>div{container-type:inline-size}
figure.wide{grid-column:1/-1}
figure:not(.wide){max-width:50rem}
.drawing .note{fill:var(--ink)}
.grid{stroke:var(--grid);stroke-width:1}
.shade{fill:var(--line);fill-opacity:.5}
.rule{stroke:var(--soft);stroke-width:1.5;stroke-dasharray:5 4}
.rule.own{stroke:var(--c)}
.line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-dasharray:var(--dash,none)}
.line.beyond{stroke-width:1.5;stroke-dasharray:1.5 3}
.dots{fill:none;stroke:var(--c);stroke-width:4;stroke-linecap:round;stroke-opacity:.6}
.large{stroke-width:9;stroke-opacity:1}
.hole{display:none}
.hole.s10{display:inline;stroke:var(--card);stroke-width:5;stroke-opacity:1}
.whisker{fill:none;stroke:var(--c);stroke-width:1.5}
.bars{fill:var(--c)}
.interval{fill:var(--accent);fill-opacity:.25}
.estimate{fill:none;stroke:var(--accent);stroke-width:3}
.ring{fill:none;stroke:var(--ink);stroke-width:2}
.tools{display:flex;gap:12px;float:right}
.tools button{all:unset;cursor:pointer;color:var(--accent);font-size:13px;line-height:18px;text-decoration:underline}
.tools button:focus-visible{outline:3px solid var(--accent)}
.tip{position:absolute;z-index:2;max-width:min(22rem,90vw);padding:4px 10px;border-radius:6px;background:var(--ink);color:var(--bg);font-size:13px;line-height:18px;pointer-events:none;box-shadow:0 2px 8px var(--shadow)}
.tip[hidden]{display:none}
`;

const NARROW = `
@media (max-width:34rem){
dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:8px}
figure{padding:10px}
.changes{min-width:0}
.changes thead{display:none}
.changes :is(tbody,tr,th,td){display:block;border:0;white-space:normal}
.changes tr{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:2px 12px;padding:8px 0;border-bottom:1px solid var(--line)}
.changes th{font-weight:600}
.changes td.word{grid-area:1/2;width:auto;min-width:0}
.changes td::before{content:attr(data-name);display:block;font-size:13px;color:var(--soft)}
.changes .strip{max-width:none}
.band .headline{font-size:20px;line-height:26px}
}
${sizes()}`;

/** Words of drawings keep the size of notes, about 13 px, however wide the room is that a drawing is stretched to. */
function sizes(): string {
  const rule = (small: string, fromRem: number, toRem: number, units: number): string =>
    `@container (min-width:${fromRem}rem) and (max-width:${toRem - 0.01}rem){${small}.drawing{--size:${units}px}}`;
  const [usual, narrow] = [':not(.small)>div>', '.small>div>'];
  return [
    ...[
      [1, 24, 15.2],
      [24, 28, 13.2],
      [28, 32, 11.6],
      [32, 40, 10.4],
    ].map(([from = 0, to = 0, units = 0]) => rule(usual, from, to, units)),
    ...[
      [1, 18, 14.2],
      [18, 22, 12.6],
      [22, 26, 10.6],
      [26, 40, 9.2],
    ].map(([from = 0, to = 0, units = 0]) => rule(narrow, from, to, units)),
  ].join('\n');
}

const PRINT = `
@page{margin:14mm}
@media print{
${LIGHT}
body{font-size:9.5pt;line-height:13pt}
header,main,footer{max-width:none;padding:0}
nav,.skip,.tip,.tools{display:none}
h2{margin:12pt 0 4pt;font-size:13pt;line-height:16pt}
.band .headline{font-size:15pt;line-height:18pt}
.plots{grid-template-columns:1fr 1fr}
.drawings{grid-template-columns:repeat(auto-fit,minmax(200px,1fr))}
.drawings.small{grid-template-columns:repeat(4,1fr)}
figure{break-inside:avoid;padding:4pt}
.findings li,pre,tr{break-inside:avoid}
thead{display:table-header-group}
th:first-child{position:static}
h2,h3,.of{break-after:avoid}
details:not([open]):not(.findings details){display:none}
.findings summary{font-size:8.5pt;line-height:11pt}
.findings p,details p,dl,.notes{font-size:7.5pt;line-height:10pt}
.scroll{overflow:visible;width:auto;background:none}
table,.changes{font-size:8pt;line-height:10pt;min-width:0}
.changes .strip{max-width:100px;height:12px}
.changes td>span{font-size:7.5pt;line-height:10pt}
.about,.caption,.trust,.repeat,figcaption p{font-size:8pt;line-height:11pt}
th,td{padding:1.5pt 4pt;white-space:normal}
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
