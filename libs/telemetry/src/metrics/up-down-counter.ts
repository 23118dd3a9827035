import type {
  Instrument,
  InstrumentDescription,
  InstrumentReading,
  LabelNames,
  LabelValues,
  NumberPoint,
} from './instrument.js';
import { SeriesTable } from './series-table.js';

/** A sum that grows and shrinks, by labels: what is in flight. Add 1 at the start and -1 in a `finally`. */
export class UpDownCounter<Labels extends LabelValues<Labels>> implements Instrument {
  readonly #table: SeriesTable<Labels, NumberPoint>;

  constructor(
    private readonly description: InstrumentDescription,
    names: LabelNames<Labels>,
  ) {
    this.#table = new SeriesTable(names, (attributes) => ({ attributes, value: 0 }));
  }

  add(labels: Labels, amount: number): void {
    if (Number.isFinite(amount)) this.#table.find(labels).value += amount;
  }

  read(): InstrumentReading {
    return { kind: 'up-down-counter', description: this.description, points: this.#table.all() };
  }
}
