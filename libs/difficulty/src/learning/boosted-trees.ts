/**
 * Small regression trees whose sum is the score. Every tree has three levels: seven questions "is figure f above t?" in the
 * order of a heap, and eight answers.
 */
export interface BoostedTrees {
  readonly figures: Uint8Array;
  readonly thresholds: Float32Array;
  readonly leaves: Float32Array;
  readonly intercept: number;
}

const LEVELS = 3;
const QUESTIONS = 2 ** LEVELS - 1;
const LEAVES = 2 ** LEVELS;
const BINS = 32;

/** How the trees are grown. */
export interface TreeOptions {
  /** Trees that correct one another, and how many such rows of trees, each on other rows and figures, are averaged. */
  readonly trees: number;
  readonly bags: number;
  readonly learningRate: number;
  /** The share of rows and of figures that each tree may see. */
  readonly rowShare: number;
  readonly figureShare: number;
  readonly fewestRows: number;
  readonly penalty: number;
  readonly random: () => number;
}

/** What the trees make of the figures. */
export function scoreTrees(model: BoostedTrees, figures: Float64Array): number {
  let sum = model.intercept;
  const trees = model.figures.length / QUESTIONS;
  for (let tree = 0; tree < trees; tree++) {
    let node = 0;
    for (let level = 0; level < LEVELS; level++) {
      const question = tree * QUESTIONS + node;
      node = 2 * node + (figures[model.figures[question]!]! > model.thresholds[question]! ? 2 : 1);
    }
    sum += model.leaves[tree * LEAVES + node - QUESTIONS]!;
  }
  return sum;
}

/** Trees whose score is the sum of what two sets of trees make of the figures. */
export function joinTrees(one: BoostedTrees, other: BoostedTrees): BoostedTrees {
  return {
    figures: Uint8Array.from([...one.figures, ...other.figures]),
    thresholds: Float32Array.from([...one.thresholds, ...other.thresholds]),
    leaves: Float32Array.from([...one.leaves, ...other.leaves]),
    intercept: one.intercept + other.intercept,
  };
}

/** Grows trees one after another, each on what the earlier ones of its bag left unexplained of `targets` (squared errors). */
export function fitTrees(rows: readonly Float64Array[], targets: Float64Array, options: TreeOptions): BoostedTrees {
  const binned = binFigures(rows);
  const mean = targets.reduce((sum, target) => sum + target, 0) / Math.max(1, targets.length);
  const trees = options.trees * options.bags;
  const model = {
    figures: new Uint8Array(trees * QUESTIONS),
    thresholds: new Float32Array(trees * QUESTIONS),
    leaves: new Float32Array(trees * LEAVES),
    intercept: mean,
  };
  let residuals = targets;
  for (let tree = 0; tree < trees; tree++) {
    if (tree % options.trees === 0) residuals = targets.map((target) => target - mean);
    growTree({ tree, model, binned, residuals, options });
  }
  model.leaves = model.leaves.map((leaf) => leaf / options.bags);
  return model;
}

interface BinnedFigures {
  /** By figure: the bin of each row. */
  readonly bins: readonly Uint8Array[];
  /** By figure: the upper edge of each bin but the last. */
  readonly edges: readonly Float32Array[];
  readonly rows: number;
}

function binFigures(rows: readonly Float64Array[]): BinnedFigures {
  const size = rows[0]?.length ?? 0;
  const bins: Uint8Array[] = [];
  const edges: Float32Array[] = [];
  for (let figure = 0; figure < size; figure++) {
    const sorted = Float32Array.from(rows, (row) => row[figure]!).toSorted();
    const cuts = new Set<number>();
    for (let cut = 1; cut < BINS; cut++) cuts.add(sorted[Math.floor((cut * sorted.length) / BINS)]!);
    cuts.delete(sorted.at(-1)!);
    const edge = Float32Array.from(cuts);
    edges.push(edge);
    bins.push(Uint8Array.from(rows, (row) => binOf(edge, Math.fround(row[figure]!))));
  }
  return { bins, edges, rows: rows.length };
}

function binOf(edges: Float32Array, value: number): number {
  let bin = 0;
  while (bin < edges.length && value > edges[bin]!) bin++;
  return bin;
}

interface Growing {
  readonly tree: number;
  readonly model: BoostedTrees;
  readonly binned: BinnedFigures;
  readonly residuals: Float64Array;
  readonly options: TreeOptions;
}

function growTree({ tree, model, binned, residuals, options }: Growing): void {
  const nodes = new Uint8Array(binned.rows);
  const isSeen = Uint8Array.from(nodes, () => (options.random() < options.rowShare ? 1 : 0));
  const candidates = binned.bins.map((_, figure) => figure).filter(() => options.random() < options.figureShare);
  for (let level = 0; level < LEVELS; level++) {
    const splits = bestSplits({ candidates, binned, residuals, nodes, isSeen, options, nodesHere: 2 ** level });
    for (const [place, split] of splits.entries()) {
      const question = tree * QUESTIONS + 2 ** level - 1 + place;
      model.figures[question] = split.figure;
      model.thresholds[question] = split.bin < 0 ? Infinity : binned.edges[split.figure]![split.bin]!;
    }
    for (let row = 0; row < nodes.length; row++) {
      const { figure, bin } = splits[nodes[row]!]!;
      nodes[row] = 2 * nodes[row]! + (bin >= 0 && binned.bins[figure]![row]! > bin ? 1 : 0);
    }
  }
  fillLeaves({ tree, model, binned, residuals, options }, nodes, isSeen);
}

function fillLeaves({ tree, model, residuals, options }: Growing, nodes: Uint8Array, isSeen: Uint8Array): void {
  const sums = new Float64Array(LEAVES);
  const counts = new Float64Array(LEAVES);
  for (let row = 0; row < nodes.length; row++) {
    sums[nodes[row]!]! += isSeen[row]! * residuals[row]!;
    counts[nodes[row]!]! += isSeen[row]!;
  }
  for (let leaf = 0; leaf < LEAVES; leaf++)
    model.leaves[tree * LEAVES + leaf] = (options.learningRate * sums[leaf]!) / (counts[leaf]! + options.penalty);
  for (let row = 0; row < nodes.length; row++) residuals[row]! -= model.leaves[tree * LEAVES + nodes[row]!]!;
}

interface Splitting {
  readonly candidates: readonly number[];
  readonly binned: BinnedFigures;
  readonly residuals: Float64Array;
  readonly nodes: Uint8Array;
  readonly isSeen: Uint8Array;
  readonly options: TreeOptions;
  readonly nodesHere: number;
}

interface Split {
  figure: number;
  /** Rows of a higher bin go right; −1: nobody does. */
  bin: number;
  gain: number;
}

function bestSplits(splitting: Splitting): Split[] {
  const { candidates, binned, residuals, nodes, isSeen, nodesHere } = splitting;
  const best = Array.from({ length: nodesHere }, (): Split => ({ figure: 0, bin: -1, gain: 1e-9 }));
  const sums = new Float64Array(nodesHere * BINS);
  const counts = new Float64Array(nodesHere * BINS);
  for (const figure of candidates) {
    sums.fill(0);
    counts.fill(0);
    const bins = binned.bins[figure]!;
    for (let row = 0; row < bins.length; row++) {
      if (isSeen[row] === 0) continue;
      const cell = nodes[row]! * BINS + bins[row]!;
      sums[cell]! += residuals[row]!;
      counts[cell]! += 1;
    }
    for (let node = 0; node < nodesHere; node++) {
      const from = node * BINS;
      tryCuts(
        { figure, sums: sums.subarray(from, from + BINS), counts: counts.subarray(from, from + BINS) },
        splitting.options,
        best[node]!,
      );
    }
  }
  return best;
}

interface Histogram {
  readonly figure: number;
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

function tryCuts({ figure, sums, counts }: Histogram, { fewestRows, penalty }: TreeOptions, best: Split): void {
  let sum = 0;
  let count = 0;
  for (let bin = 0; bin < BINS; bin++) {
    sum += sums[bin]!;
    count += counts[bin]!;
  }
  const before = (sum * sum) / (count + penalty);
  let left = 0;
  let leftCount = 0;
  for (let bin = 0; bin < BINS - 1; bin++) {
    left += sums[bin]!;
    leftCount += counts[bin]!;
    if (leftCount < fewestRows) continue;
    const rightCount = count - leftCount;
    if (rightCount < fewestRows) break;
    const gain = (left * left) / (leftCount + penalty) + (sum - left) ** 2 / (rightCount + penalty) - before;
    if (gain > best.gain) Object.assign(best, { figure, bin, gain });
  }
}
