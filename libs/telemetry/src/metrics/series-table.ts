import type { LabelNames, LabelValues, SeriesAttributes } from './instrument.js';

const SERIES_LIMIT = 500;
const LABEL_LENGTH_LIMIT = 128;

/** The series everything beyond the limit is counted into; the name is OpenTelemetry's own for it. */
const OVERFLOW: SeriesAttributes = { 'otel.metric.overflow': 'true' };

/**
 * The series of one instrument, found by their label values. Attribute objects are made once per series, so recording
 * makes no garbage but the key. At most 500 series are kept; what comes beyond is counted in one overflow series, so that
 * a label that turns out to be unbounded costs detail and not memory.
 */
export class SeriesTable<Labels extends LabelValues<Labels>, Series> {
  readonly #series = new Map<string, Series>();
  readonly #labels: readonly (keyof Labels & string)[];
  #overflow: Series | undefined;

  constructor(
    private readonly names: LabelNames<Labels>,
    private readonly create: (attributes: SeriesAttributes) => Series,
  ) {
    this.#labels = Object.keys(names).filter((label): label is keyof Labels & string => label in names);
  }

  find(labels: Labels): Series {
    let key = '';
    for (const label of this.#labels) key += `${labels[label] ?? ''}\n`;
    return this.#series.get(key) ?? this.#add(key, labels);
  }

  all(): Series[] {
    const series = [...this.#series.values()];
    return this.#overflow === undefined ? series : [...series, this.#overflow];
  }

  #add(key: string, labels: Labels): Series {
    if (this.#series.size >= SERIES_LIMIT) return (this.#overflow ??= this.create(OVERFLOW));
    const attributes: Record<string, string> = {};
    for (const label of this.#labels) {
      const value = labels[label];
      if (value !== undefined) attributes[this.names[label]] = value.slice(0, LABEL_LENGTH_LIMIT);
    }
    const series = this.create(attributes);
    this.#series.set(key, series);
    return series;
  }
}
