import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PALETTE } from '../../../src/report/html/palette.ts';

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

const NORMAL: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** Severity 1 of Machado, Oliveira and Fernandes (2009), on linear RGB. */
const VISIONS: Readonly<Record<string, Matrix>> = {
  normal: NORMAL,
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const times = (matrix: Matrix, [x, y, z]: Triple): Triple =>
  matrix.map(([a, b, c]) => a * x + b * y + c * z) as unknown as Triple;

function linear(hex: string): Triple {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** Contrast of WCAG 2. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number =>
    times(
      [
        [0.2126, 0.7152, 0.0722],
        [0, 0, 0],
        [0, 0, 0],
      ],
      linear(hex),
    )[0];
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** CIE L*a*b* under D65. */
function lab(hex: string, vision: Matrix): Triple {
  const seen = times(vision, linear(hex)).map((v) => Math.min(1, Math.max(0, v))) as unknown as Triple;
  const [x, y, z] = times(
    [
      [0.4124, 0.3576, 0.1805],
      [0.2126, 0.7152, 0.0722],
      [0.0193, 0.1192, 0.9505],
    ],
    seen,
  );
  const f = (t: number): number => (t > 216 / 24_389 ? Math.cbrt(t) : (t * 841) / 108 + 4 / 29);
  const [fx, fy, fz] = [f(x / 0.9505), f(y), f(z / 1.089)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

/** The least distance (CIE 1976) of any two colours, for any vision. */
function leastDistance(colours: readonly string[]): number {
  return Math.min(
    ...Object.values(VISIONS).flatMap((vision) =>
      colours.flatMap((a, i) =>
        colours.slice(i + 1).map((b) => {
          const [p, q] = [lab(a, vision), lab(b, vision)];
          return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
        }),
      ),
    ),
  );
}

for (const [scheme, { surface, ink, soft, accent, tones, series, before, after, loads }] of Object.entries(
  PALETTE,
)) {
  test(`${scheme}: text is readable on what is behind it, and a line can be seen`, () => {
    for (const colour of [ink, soft, accent]) assert.ok(contrast(colour, surface) >= 4.5, colour);
    for (const tone of Object.values(tones)) {
      assert.ok(contrast(tone.ink, surface) >= 4.5, tone.ink);
      assert.ok(contrast(tone.ink, tone.tint) >= 4.5, tone.ink);
      assert.ok(contrast(ink, tone.tint) >= 4.5, tone.tint);
    }
    for (const colour of [...series, before, after]) assert.ok(contrast(colour, surface) >= 3, colour);
    // The lightest load has its name at the end of its line.
    for (const colour of loads) assert.ok(contrast(colour, surface) >= 2.4, colour);
  });

  test(`${scheme}: series and verdicts stay apart for every kind of colour vision`, () => {
    assert.ok(leastDistance(series) >= 20, `series ${leastDistance(series)}`);
    assert.ok(leastDistance([before, after]) >= 18, `labels ${leastDistance([before, after])}`);
    assert.ok(leastDistance(loads) >= 12, `loads ${leastDistance(loads)}`);
    const verdicts = Object.values(tones).map((tone) => tone.ink);
    assert.ok(leastDistance(verdicts) >= 15, `verdicts ${leastDistance(verdicts)}`);
  });
}

test('the distance finds two colours that a protanope confuses', () => {
  assert.ok(leastDistance(['#0062a3', '#8a3f8f']) < leastDistance(['#0b5fa5', '#c2570c']));
});

test('loads go one way, from the surface to the ink', () => {
  for (const { surface, loads } of Object.values(PALETTE)) {
    const contrasts = loads.map((colour) => contrast(colour, surface));
    assert.deepEqual(
      contrasts,
      contrasts.toSorted((a, b) => a - b),
    );
  }
});
