import type {
  Instrument,
  InstrumentDescription,
  InstrumentReading,
  LabelNames,
  LabelValues,
  NumberPoint,
} from './instrument.js';
import { SeriesTable } from './series-table.js';

/** A value as last seen, by labels: how far a consumer lags behind. */
export class Gauge<Labels extends LabelValues<Labels>> implements Instrument {
  readonly #table: SeriesTable<Labels, NumberPoint>;

  constructor(
    private readonly description: InstrumentDescription,
    names: LabelNames<Labels>,
  ) {
    this.#table = new SeriesTable(names, (attributes) => ({ attributes, value: 0 }));
  }

  set(labels: Labels, value: number): void {
    if (Number.isFinite(value)) this.#table.find(labels).value = value;
  }

  read(): InstrumentReading {
    return { kind: 'gauge', description: this.description, points: this.#table.all() };
  }
}
