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
