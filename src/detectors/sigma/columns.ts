/** Columns of numbers that grow. */

/** The column with room for so many numbers; those behind the old ones are 0. */
export function grown<T extends Float64Array | Int32Array>(column: T, size: number): T {
  const wider = (column instanceof Float64Array ? new Float64Array(size) : new Int32Array(size)) as T;
  wider.set(column);
  return wider;
}
