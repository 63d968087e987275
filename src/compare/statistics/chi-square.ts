import { logGamma } from './log-gamma.ts';

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
