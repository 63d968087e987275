/** The front ends that can be played: the Python one of two versions, and the Rust one of 0.32. */
export const DIALECTS = ['v0.8.5', 'v0.32', 'rust'] as const;

export type Dialect = (typeof DIALECTS)[number];

/** What `/version` says in a dialect. */
export function versionOf(dialect: Dialect): string {
  return dialect === 'v0.8.5' ? '0.8.5' : '0.32.0';
}
