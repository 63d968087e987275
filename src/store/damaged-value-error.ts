/** A value that reprise never writes; its message names the table's column and the row. The file may be untrusted. */
export class DamagedValueError extends Error {
  override readonly name = 'DamagedValueError';
}
