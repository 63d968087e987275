import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Compares a report with its committed file below test/. To renew the files after a deliberate change:
 * `UPDATE_GOLDEN=1 npm run test:only`, then read the diff.
 * @param file path from test/, e.g. `report/golden/matrix.txt`
 */
export function assertGolden(file: string, text: string): void {
  const path = new URL(`../${file}`, import.meta.url);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text);
  assert.equal(text, readFileSync(path, 'utf8'));
}
