/** The rows of a table that are not empty: a bit for each row of the table, and the values of those whose bit is set. */
export interface SparseRows {
  readonly bitmap: Uint8Array;
  readonly values: Float32Array;
  /** The same rows of another table of this shape. */
  select(table: Float32Array): Float32Array;
}

/** Leaves out the rows (each of `width` values) that hold nothing but zeros. */
export function rowsOf(table: Float32Array, width: number): SparseRows {
  const rows = table.length / width;
  const bitmap = new Uint8Array(Math.ceil(rows / 8));
  const kept: number[] = [];
  for (let row = 0; row < rows; row++) {
    if (table.subarray(row * width, (row + 1) * width).every((value) => value === 0)) continue;
    bitmap[row >> 3]! |= 1 << (row & 7);
    kept.push(row);
  }
  const select = (other: Float32Array): Float32Array => {
    const values = new Float32Array(kept.length * width);
    for (const [place, row] of kept.entries())
      values.set(other.subarray(row * width, (row + 1) * width), place * width);
    return values;
  };
  return { bitmap, values: select(table), select };
}

/** Puts the rows back into a whole table. */
export function readRows(
  bitmap: Uint8Array,
  values: Float32Array,
  { rows, width }: { readonly rows: number; readonly width: number },
): Float32Array {
  const table = new Float32Array(rows * width);
  let place = 0;
  for (let row = 0; row < rows; row++) {
    if (((bitmap[row >> 3] ?? 0) & (1 << (row & 7))) === 0) continue;
    table.set(values.subarray(place * width, (place + 1) * width), row * width);
    place++;
  }
  return table;
}
