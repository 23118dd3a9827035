/** What an instrument measures, in OpenTelemetry's terms: dotted name, sentence, UCUM unit. */
export interface InstrumentDescription {
  name: string;
  description: string;
  unit: string;
}

/** Label values: strings, some of which may be absent. */
export type LabelValues<Labels> = { readonly [Label in keyof Labels]: string | undefined };

/** The labels of an instrument: the name callers use for each, and the attribute name it is exported under. */
export type LabelNames<Labels> = Readonly<Record<keyof Labels & string, string>>;

/** The attributes of one series, made once and used for ever. */
export type SeriesAttributes = Readonly<Record<string, string>>;

/** One series of a counter, up-down counter or gauge. */
export interface NumberPoint {
  attributes: SeriesAttributes;
  value: number;
}

/** One series of a histogram: `counts` has one entry more than the boundaries, for what is above the last. */
export interface HistogramPoint {
  attributes: SeriesAttributes;
  counts: number[];
  sum: number;
  count: number;
}

/** Everything one instrument has recorded since the process started, as the metric producer reads it. */
export type InstrumentReading =
  | { kind: 'counter' | 'up-down-counter' | 'gauge'; description: InstrumentDescription; points: NumberPoint[] }
  | { kind: 'histogram'; description: InstrumentDescription; boundaries: readonly number[]; points: HistogramPoint[] };

/** An instrument of our own, readable by the metric producer. */
export interface Instrument {
  read(): InstrumentReading;
}
