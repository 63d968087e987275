/** An instant as the tape stores it: whole microseconds, null stays null. */
export function microseconds(us: number | null): number | null {
  return us === null ? null : Math.round(us);
}
