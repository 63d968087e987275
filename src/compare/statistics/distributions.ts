/**
 * P(T <= t) of Student's t distribution with `df` > 0 degrees of freedom, not necessarily whole: an incomplete beta
 * function, evaluated by its continued fraction with Lentz's method (Press et al., Numerical Recipes, 3rd ed., 6.4).
 * Good to 1e-12 where it is used here.
 */
export function studentCdf(t: number, df: number): number {
  const tail = incompleteBeta(df / 2, 0.5, df / (df + t * t)) / 2;
  return t > 0 ? 1 - tail : tail;
}

/** Student's t with P(T <= t) = p, 0 < p < 1: Newton's steps, kept between bounds that bisection narrows. */
export function studentQuantile(p: number, df: number): number {
  if (p < 0.5) return -studentQuantile(1 - p, df);
  let low = 0;
  let high = 1;
  while (studentCdf(high, df) < p) high *= 2;
  const logScale = logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * Math.log(df * Math.PI);
  let t = (low + high) / 2;
  for (let i = 0; i < 200 && high - low > 1e-12 * high; i++) {
    const excess = studentCdf(t, df) - p;
    if (excess < 0) low = t;
    else high = t;
    const density = Math.exp(logScale - ((df + 1) / 2) * Math.log1p((t * t) / df));
    const next = t - excess / density;
    if (Math.abs(next - t) <= 1e-13 * t) return next;
    t = next > low && next < high ? next : (low + high) / 2;
  }
  return t;
}

function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  // The fraction converges fast on this side only; the other one follows by symmetry.
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(a, b, x)) / a
    : 1 - (front * betaFraction(b, a, 1 - x)) / b;
}

function betaFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  const guarded = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return fraction;
}

/** P(Z <= z) of the standard normal distribution, good to 1e-7 (Abramowitz and Stegun 1964, 26.2.17). */
export function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const polynomial =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
  return z > 0 ? 1 - tail : tail;
}

/** The z with P(Z <= z) = p, 0 < p < 1: Student's t has this limit. */
export function normalQuantile(p: number): number {
  return studentQuantile(p, 1e9);
}

/**
 * The x with P(X <= x) = p of a chi-square distribution with `df` > 0 degrees of freedom, 0 < p < 1, by bisection of
 * the regularised lower incomplete gamma function (Press et al., Numerical Recipes, 3rd ed., 6.2).
 */
export function chiSquareQuantile(p: number, df: number): number {
  let low = 0;
  let high = df;
  while (lowerGamma(df / 2, high / 2) < p) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2;
    if (lowerGamma(df / 2, middle / 2) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function lowerGamma(a: number, x: number): number {
  if (x <= 0) return 0;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? front * gammaSeries(a, x) : 1 - front * gammaFraction(a, x);
}

function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < 1000 && term > 1e-16 * sum; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** The upper tail's continued fraction, by Lentz's method. */
function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let i = 1; i < 1000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return fraction;
}

/** Godfrey's coefficients for g = 7. */
const FIRST = 0.99999999999980993;
const REST = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

/** The natural logarithm of Γ(x), x > 0, by Lanczos' approximation (1964); good to 1e-13 where it is used here. */
export function logGamma(x: number): number {
  const z = x - 1;
  let sum = FIRST;
  for (let i = 0; i < REST.length; i++) sum += (REST[i] ?? 0) / (z + i + 1);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}
