import type { Behind, Chart, ChartPoint, Layer, Stack } from './chart.ts';
import { axisX, axisY, type Frame, svgOf, WIDTH, wordsAt, wordsWidth } from './drawing.ts';
import { el, join, type Markup, round } from './markup.ts';
import { makeScale, type Scale } from './scale.ts';

const MARGIN = { left: 62, right: 22, top: 38, bottom: 46 } as const;
/** What names beside lines may take. */
const MOST_LABELS = 150;
/** Of a panel of a stack, without its name. */
const PANEL = 96;

/** Draws a chart as SVG. Values for the pointer are stored as data next to the marks; `id` names its title and description. */
export function drawChart(chart: Chart, id: string, title: string): Markup {
  const { height, layers, width = WIDTH } = chart;
  const names = layers.flatMap((layer) => ('points' in layer ? (layer.label ?? []) : []));
  const beside = names.length === 0 ? 0 : Math.min(MOST_LABELS, 16 + wordsWidth(names));
  const frame = {
    left: MARGIN.left,
    right: width - Math.max(MARGIN.right, beside),
    // Without a name over the axis only the highest mark needs room.
    top: chart.y.label === '' && !layers.some(({ kind }) => kind === 'rule') ? 12 : MARGIN.top,
    bottom: height - MARGIN.bottom,
  };
  const x = makeScale(chart.x.kind, chart.x.domain, [frame.left, frame.right]);
  const y = makeScale(chart.y.kind, chart.y.domain, [frame.bottom, frame.top]);
  const place = { x, y, ...frame };
  return svgOf(
    id,
    title,
    chart.description,
    [width, height],
    [
      ...layers.filter(isShade).map((layer) => shade(layer, place)),
      axisX(chart.x, x, frame),
      axisY(chart.y, y, frame),
      ...layers.filter((layer) => !isShade(layer)).map((layer) => drawLayer(layer, place)),
      ...lineNames(layers, place),
    ],
  );
}

/** Draws panels over each other; the lowest has the axis of all. */
export function drawStack(stack: Stack, id: string, title: string): Markup {
  const { panels, marks } = stack;
  const step = PANEL + 34;
  const height = MARGIN.top + panels.length * step + MARGIN.bottom;
  const [left, right] = [MARGIN.left, WIDTH - MARGIN.right];
  const x = makeScale(stack.x.kind, stack.x.domain, [left, right]);
  const drawn = panels.flatMap(({ y: axis, layers }, i) => {
    const top = MARGIN.top + i * step + 14;
    const frame = { left, right, top, bottom: top + PANEL };
    const y = makeScale(axis.kind, axis.domain, [frame.bottom, frame.top]);
    const place = { x, y, ...frame };
    const own = marks.map((mark) => (mark.kind === 'rule' && i > 0 ? { ...mark, label: '' } : mark));
    return [
      ...own.filter(isShade).map((layer) => shade(layer, place)),
      ...(i === panels.length - 1 ? [axisX(stack.x, x, frame)] : []),
      axisY(axis, thinned(y), frame),
      ...own.filter((layer) => !isShade(layer)).map((layer) => drawLayer(layer, place, MARGIN.top - 20)),
      ...layers.map((layer) => drawLayer(layer, place)),
    ];
  });
  return svgOf(id, title, stack.description, [WIDTH, height], drawn);
}

/** Three marks are enough for a low panel. */
function thinned(scale: Scale): Scale {
  const every = Math.max(1, Math.ceil((scale.ticks.length - 1) / 2));
  return { ...scale, ticks: scale.ticks.filter((_tick, i) => i % every === 0) };
}

/** Classes of a series' marks. */
export function seriesClass(series: number): string {
  return `s${series}`;
}

function drawLayer(layer: Layer, place: Frame & Scales, ruleTop?: number): Markup {
  switch (layer.kind) {
    case 'shade':
      return shade(layer, place);
    case 'rule':
      return rule(layer, place, ruleTop);
    case 'level':
      return level(layer, place);
    case 'diagonal':
      return diagonal(layer, place);
    case 'bars':
      return bars(layer, place);
    case 'dots':
      return marks(layer, layer.points, 'dots', dots(layer.points, place), place);
    case 'linked-dots': {
      const shown = dots(layer.points, place);
      const look = seriesClass(layer.series);
      return join([
        el('path', { class: `whisker ${look}`, d: whiskers(layer.points, place) }),
        marks(layer, layer.points, 'line', polyline(layer.points, place, 'line'), place),
        el('path', { class: `mark dots large ${look}`, d: shown }),
        el('path', { class: `dots hole ${look}`, d: shown }),
      ]);
    }
    default: {
      const look = layer.beyond === true ? 'line beyond' : 'line';
      return marks(layer, layer.points, look, polyline(layer.points, place, layer.kind), place);
    }
  }
}

interface Scales {
  readonly x: Scale;
  readonly y: Scale;
}

type LayerOf<K extends Layer['kind']> = Extract<Layer, { kind: K }>;

function isShade(layer: Layer): layer is LayerOf<'shade'> {
  return layer.kind === 'shade';
}

function shade({ axis, from, to }: LayerOf<'shade'>, place: Frame & Scales): Markup {
  const { x, y, left, right, top, bottom } = place;
  const [x1, x2] = axis === 'x' ? [x.at(from), x.at(to)] : [left, right];
  const [y1, y2] = axis === 'y' ? [y.at(to), y.at(from)] : [top, bottom];
  return el('rect', {
    class: 'shade',
    x: x1,
    y: y1,
    width: Math.max(0, x2 - x1),
    height: Math.max(0, y2 - y1),
  });
}

/** Its label is above the frame, where no line can cross it. */
function rule(
  { at, label, series }: LayerOf<'rule'>,
  { x, left, right, top, bottom }: Frame & Scales,
  wordsTop = top - 18,
): Markup {
  const position = x.at(at);
  const end = position > (left + right) / 2;
  const look = series === undefined ? 'rule' : `rule ${seriesClass(series)} own`;
  return join([
    el('line', { class: look, x1: position, x2: position, y1: top, y2: bottom }),
    ...(label === '' ? [] : [wordsAt('note', position, wordsTop + 12, label, end ? 'end' : 'start')]),
  ]);
}

function level({ at, label }: LayerOf<'level'>, { y, left, right }: Frame & Scales): Markup {
  const position = y.at(at);
  return join([
    el('line', { class: 'rule', x1: left, x2: right, y1: position, y2: position }),
    ...(label === '' ? [] : [wordsAt('note', right, position - 4, label, 'end')]),
  ]);
}

function diagonal({ label }: LayerOf<'diagonal'>, { left, right, top, bottom }: Frame): Markup {
  return join([
    el('line', { class: 'rule', x1: left, x2: right, y1: bottom, y2: top }),
    wordsAt('note', right, top - 6, label, 'end'),
  ]);
}

function bars(layer: LayerOf<'bars'>, place: Frame & Scales): Markup {
  const { x, y, bottom } = place;
  const path = layer.points.map((point) => {
    const from = x.at(point.x);
    const width = Math.max(0.5, x.at(point.x + layer.width) - from);
    return `M${round(from)} ${round(bottom)}V${round(y.at(point.y))}h${round(width)}V${round(bottom)}z`;
  });
  const middles = layer.points.map((point) => ({ ...point, x: point.x + layer.width / 2 }));
  return marks(layer, middles, 'bars', path.join(''), place);
}

/** The marks of a series in one path, and the data of their tooltips. */
function marks(
  { series, tip, behind }: { readonly series: number; readonly tip: string; readonly behind?: Behind },
  points: readonly ChartPoint[],
  look: string,
  path: string,
  { x, y }: Scales,
): Markup {
  return el('path', {
    class: `mark ${look} ${seriesClass(series)}`,
    d: path,
    'data-x': points.map((point) => round(x.at(point.x))).join(' '),
    'data-y': points.map((point) => round(y.at(point.y))).join(' '),
    'data-tip': tip,
    'data-words': points.map(({ words }) => words.join(';')).join('|'),
    ...(behind === undefined
      ? {}
      : {
          'data-runs': behind.runs.join(),
          'data-by': behind.by,
          'data-step': behind.step,
          'data-values': behind.values.join(' '),
        }),
  });
}

function polyline(points: readonly ChartPoint[], { x, y }: Scales, kind: 'line' | 'step' | 'rise'): string {
  return points
    .map((point, i) => {
      const [atX, atY] = [round(x.at(point.x)), round(y.at(point.y))];
      if (i === 0) return `M${atX} ${atY}`;
      return { line: `L${atX} ${atY}`, step: `H${atX}V${atY}`, rise: `V${atY}H${atX}` }[kind];
    })
    .join('');
}

/** Lines of no length: with round ends they are dots, at ten bytes each. */
function dots(points: readonly ChartPoint[], { x, y }: Scales): string {
  return points.map((point) => `M${round(x.at(point.x))} ${round(y.at(point.y))}h0`).join('');
}

function whiskers(points: readonly ChartPoint[], { x, y }: Scales): string {
  return points
    .map(({ x: at, range }) =>
      range == null ? '' : `M${round(x.at(at))} ${round(y.at(range[0]))}V${round(y.at(range[1]))}`,
    )
    .join('');
}

/** Between two names beside lines. */
const LINE_HEIGHT = 14;

/** The names of lines beside their ends, moved apart where they would lie over each other. */
function lineNames(layers: readonly Layer[], { x, y, top, bottom }: Frame & Scales): readonly Markup[] {
  const names = layers
    .flatMap((layer) => {
      const last = 'points' in layer ? layer.points.at(-1) : undefined;
      if (last === undefined || !('label' in layer) || layer.label === undefined || !('series' in layer))
        return [];
      return [{ x: x.at(last.x), y: y.at(last.y), name: layer.label, series: layer.series ?? 0 }];
    })
    .sort((a, b) => a.y - b.y);
  const placed: { readonly x: number; readonly end: number; readonly at: number }[] = [];
  for (const one of names) {
    const end = one.x + wordsWidth([one.name]);
    const beside = placed.filter((other) => other.x < end && one.x < other.end);
    placed.push({ x: one.x, end, at: Math.max(top, one.y + 4, ...beside.map(({ at }) => at + LINE_HEIGHT)) });
  }
  const over = Math.max(0, Math.max(...placed.map(({ at }) => at)) - bottom);
  return names.map((one, i) =>
    wordsAt(`line-name ${seriesClass(one.series)}`, one.x + 5, (placed[i]?.at ?? one.y) - over, one.name),
  );
}
