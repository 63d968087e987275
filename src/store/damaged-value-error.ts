/** A value that no tape of ours has; its message names the table's column and the row. The file may be a stranger's. */
export class DamagedValueError extends Error {
  override readonly name = 'DamagedValueError';
}
