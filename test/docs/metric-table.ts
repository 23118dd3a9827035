import { metrics, renderMetrics } from '#libs/telemetry';
import { markdownTable } from './markdown-table.js';

/** Of every sample, or of the form of histograms. */
const COMMON_LABELS = new Set(['service', 'instance', 'le']);
const HELP = /^# HELP (\S+) (.*)$/;
const TYPE = /^# TYPE (\S+) (\S+)$/;

interface Family {
  readonly name: string;
  readonly description: string;
  type: string;
  readonly labels: Set<string>;
}

/** Every metric as `GET /metrics` shows it once something of its kind has happened in this process. */
export async function metricTable(): Promise<string> {
  const families: Family[] = [];
  noteAll();
  for (const line of (await renderMetrics()).split('\n')) {
    const [, name, description = ''] = HELP.exec(line) ?? [];
    if (name !== undefined) families.push({ name, description, type: '', labels: new Set() });
    const family = families.at(-1);
    if (!family) continue;
    family.type = TYPE.exec(line)?.[2] ?? family.type;
    if (line.startsWith('#')) continue;
    for (const [, label = ''] of line.matchAll(/[{,]([a-z_]+)="/g))
      if (!COMMON_LABELS.has(label)) family.labels.add(label);
  }
  const rows = families
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, type, labels, description }) => [code(name), type, [...labels].map(code).join(', '), description]);
  return markdownTable(['Metric', 'Type', 'Labels', 'What it says'], rows);
}

/** Notes something under a value for whatever label an instrument knows. */
function noteAll(): void {
  const labels = new Proxy({}, { get: () => 'any' }) as never;
  for (const instrument of Object.values(metrics)) {
    if ('record' in instrument) instrument.record(labels, 1);
    else if ('set' in instrument) instrument.set(labels, 1);
    else instrument.add(labels, 1);
  }
}

function code(text: string): string {
  return `\`${text}\``;
}
