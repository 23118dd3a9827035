interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** A parsed exposition: the type of each family, and every sample. */
export interface Exposition {
  families: Map<string, string>;
  samples: Sample[];
  /** The value of the one sample that has at least these labels. */
  valueOf: (name: string, labels: Record<string, string>) => number;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)/y;

/** A strict reader of the Prometheus text format 0.0.4, for tests: throws on what Prometheus would refuse. */
export function parseExposition(text: string): Exposition {
  if (!text.endsWith('\n')) throw new Error('The exposition does not end in a line feed.');
  const families = new Map<string, string>();
  const samples: Sample[] = [];
  const series = new Set<string>();
  let family = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const [, typed, type] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? [];
    if (typed !== undefined && type !== undefined) {
      if (families.has(typed)) throw new Error(`A second TYPE for ${typed}.`);
      families.set(typed, type);
      family = typed;
    } else if (line !== '' && !line.startsWith('# ')) {
      const sample = parseSample(line);
      if (!sample.name.startsWith(family) || family === '') throw new Error(`${line} stands outside its family.`);
      const key = JSON.stringify([sample.name, sample.labels]);
      if (series.has(key)) throw new Error(`A second sample of ${key}.`);
      series.add(key);
      samples.push(sample);
    }
  }
  return { families, samples, valueOf: (name, labels) => find(samples, name, labels) };
}

function parseSample(line: string): Sample {
  const [, name, labelText = '', value] = SAMPLE.exec(line) ?? [];
  if (name === undefined || Number.isNaN(Number(value?.replace('+Inf', 'Infinity'))))
    throw new Error(`Bad line: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < labelText.length) {
    const [, label, escaped] = LABEL.exec(labelText) ?? [];
    if (label === undefined || escaped === undefined) throw new Error(`Bad labels: ${line}`);
    labels[label] = escaped.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
  }
  return { name, labels, value: Number(value) };
}

function find(samples: Sample[], name: string, labels: Record<string, string>): number {
  const sample = samples.find(
    (candidate) =>
      candidate.name === name && Object.entries(labels).every(([label, value]) => candidate.labels[label] === value),
  );
  if (sample === undefined) throw new Error(`No sample of ${name} with ${JSON.stringify(labels)}.`);
  return sample.value;
}
