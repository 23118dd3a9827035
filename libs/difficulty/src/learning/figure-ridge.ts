/** A straight-line model of a prompt's figures: each is centred, scaled, cut at 4 and weighted. */
export interface FigureWeights {
  readonly means: Float32Array;
  /** One over the spread; 0 for a figure that never changes. */
  readonly scales: Float32Array;
  readonly weights: Float32Array;
  readonly intercept: number;
}

const FARTHEST = 4;

/** What the weights make of the figures. */
export function scoreFigures(model: FigureWeights, figures: Float64Array): number {
  let sum = model.intercept;
  for (let index = 0; index < figures.length; index++)
    sum += model.weights[index]! * standardised(model, figures, index);
  return sum;
}

type Scaling = Pick<FigureWeights, 'means' | 'scales'>;

function standardised({ means, scales }: Scaling, figures: Float64Array, index: number): number {
  const value = (figures[index]! - means[index]!) * scales[index]!;
  return Math.max(-FARTHEST, Math.min(FARTHEST, value));
}

/** Ridge regression of `targets` on standardised figures; see `fitTextRidge` for `penalty`. */
export function fitFigureRidge(rows: readonly Float64Array[], targets: Float64Array, penalty: number): FigureWeights {
  const scaling = scalingOf(rows);
  const size = scaling.means.length;
  const mean = targets.reduce((sum, target) => sum + target, 0) / Math.max(1, targets.length);
  const matrix = Array.from({ length: size }, () => new Float64Array(size));
  const right = new Float64Array(size);
  const vector = new Float64Array(size);
  for (const [row, figures] of rows.entries()) {
    for (let index = 0; index < size; index++) vector[index] = standardised(scaling, figures, index);
    const target = targets[row]! - mean;
    for (let index = 0; index < size; index++) {
      const value = vector[index]!;
      if (value === 0) continue;
      right[index]! += value * target;
      const line = matrix[index]!;
      for (let other = 0; other <= index; other++) line[other]! += value * vector[other]!;
    }
  }
  for (let index = 0; index < size; index++) matrix[index]![index]! += penalty;
  return { ...scaling, weights: Float32Array.from(solvePositive(matrix, right)), intercept: mean };
}

function scalingOf(rows: readonly Float64Array[]): Scaling {
  const size = rows[0]?.length ?? 0;
  const means = new Float32Array(size);
  const scales = new Float32Array(size);
  for (let index = 0; index < size; index++) {
    let sum = 0;
    let squares = 0;
    for (const figures of rows) {
      sum += figures[index]!;
      squares += figures[index]! ** 2;
    }
    const mean = sum / rows.length;
    const spread = Math.sqrt(Math.max(0, squares / rows.length - mean * mean));
    means[index] = mean;
    scales[index] = spread > 1e-6 ? 1 / spread : 0;
  }
  return { means, scales };
}

/** Solves a symmetric positive definite system given by its lower half, by Cholesky's decomposition in place. */
function solvePositive(lower: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  const result = right.slice();
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = lower[row]![column]!;
      for (let index = 0; index < column; index++) sum -= lower[row]![index]! * lower[column]![index]!;
      lower[row]![column] = row === column ? Math.sqrt(sum) : sum / lower[column]![column]!;
    }
    for (let index = 0; index < row; index++) result[row]! -= lower[row]![index]! * result[index]!;
    result[row]! /= lower[row]![row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let index = row + 1; index < size; index++) result[row]! -= lower[index]![row]! * result[index]!;
    result[row]! /= lower[row]![row]!;
  }
  return result;
}
