/**
 * The positions of the plan that every run reached: with conversations, whose turns wait for each other, they are not
 * the first so many..
 * @param runs of each run the positions that ended `ok`, each at most once
 */
export function commonPositions(runs: Iterable<Iterable<number>>): (seq: number) => boolean {
  let reached = new Uint16Array(1024);
  let count = 0;
  for (const positions of runs) {
    for (const seq of positions) {
      if (seq >= reached.length) {
        const larger = new Uint16Array(2 ** Math.ceil(Math.log2(seq + 1)));
        larger.set(reached);
        reached = larger;
      }
      // Whoever missed a run stays behind for good.
      if (reached[seq] === count) reached[seq] = count + 1;
    }
    count += 1;
  }
  return (seq) => count > 0 && reached[seq] === count;
}
