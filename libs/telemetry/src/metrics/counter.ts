import type {
  Instrument,
  InstrumentDescription,
  InstrumentReading,
  LabelNames,
  LabelValues,
  NumberPoint,
} from './instrument.js';
import { SeriesTable } from './series-table.js';

/**
 * A sum that only grows, by labels. A bigint amount (nano-USD) is summed as a double: exact up to 9 million USD per
 * process. Metrics never fail a request: an amount that is negative or not a number is not counted.
 */
export class Counter<Labels extends LabelValues<Labels>> implements Instrument {
  readonly #table: SeriesTable<Labels, NumberPoint>;

  constructor(
    private readonly description: InstrumentDescription,
    names: LabelNames<Labels>,
  ) {
    this.#table = new SeriesTable(names, (attributes) => ({ attributes, value: 0 }));
  }

  add(labels: Labels, amount: number | bigint = 1): void {
    if (!(amount >= 0)) return;
    this.#table.find(labels).value += Number(amount);
  }

  read(): InstrumentReading {
    return { kind: 'counter', description: this.description, points: this.#table.all() };
  }
}
