import type {
  HistogramPoint,
  Instrument,
  InstrumentDescription,
  InstrumentReading,
  LabelNames,
  LabelValues,
} from './instrument.js';
import { SeriesTable } from './series-table.js';

/**
 * The spread of a quantity, by labels, in buckets with fixed inclusive upper `boundaries` (ascending). Negative values
 * and what is not a number are not recorded.
 */
export class Histogram<Labels extends LabelValues<Labels>> implements Instrument {
  readonly #table: SeriesTable<Labels, HistogramPoint>;

  constructor(
    private readonly description: InstrumentDescription & { boundaries: readonly number[] },
    names: LabelNames<Labels>,
  ) {
    const bucketCount = description.boundaries.length + 1;
    const create = (attributes: HistogramPoint['attributes']): HistogramPoint => ({
      attributes,
      counts: Array.from<number>({ length: bucketCount }).fill(0),
      sum: 0,
      count: 0,
    });
    this.#table = new SeriesTable(names, create);
  }

  record(labels: Labels, value: number): void {
    if (!(value >= 0 && value < Infinity)) return;
    const point = this.#table.find(labels);
    const { boundaries } = this.description;
    // At most sixteen boundaries: walking them is as fast as a binary search, and plainer.
    const found = boundaries.findIndex((boundary) => value <= boundary);
    const bucket = found === -1 ? boundaries.length : found;
    point.counts[bucket] = (point.counts[bucket] ?? 0) + 1;
    point.sum += value;
    point.count += 1;
  }

  read(): InstrumentReading {
    const { boundaries, ...description } = this.description;
    return { kind: 'histogram', description, boundaries, points: this.#table.all() };
  }
}
