interface Family {
  help: string | undefined;
  type: string | undefined;
  /** Sample lines by series (name and labels), so that a text merged twice does not repeat a series. */
  samples: Map<string, string>;
  hasConflict: boolean;
}

const METADATA = /^# (HELP|TYPE) (\S+) ?(.*)$/;
const FAMILY_SUFFIX = /_(?:bucket|sum|count)$/;

/**
 * Merges the metric texts of several services (Prometheus text format 0.0.4) into one valid exposition: each family
 * once, with the first HELP and TYPE seen, and the samples of all. Samples of a family whose TYPE contradicts the first
 * one are left out, and a comment says so.
 */
export function mergeMetrics(texts: readonly string[]): string {
  const families = new Map<string, Family>();
  for (const text of texts) mergeText(families, text);
  return [...families].map(([name, family]) => render(name, family)).join('');
}

function mergeText(families: Map<string, Family>, text: string): void {
  const typesHere = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, keyword, name, rest] = METADATA.exec(line) ?? [];
    if (keyword !== undefined && name !== undefined && rest !== undefined) {
      const family = familyOf(families, name);
      if (keyword === 'HELP') family.help ??= rest;
      else typesHere.set(name, rest);
      if (keyword === 'TYPE') family.type ??= rest;
    } else if (line !== '' && !line.startsWith('#')) {
      addSample(families, typesHere, line);
    }
  }
}

function addSample(families: Map<string, Family>, typesHere: Map<string, string>, line: string): void {
  const labelsEnd = line.lastIndexOf('}');
  const series = labelsEnd >= 0 ? line.slice(0, labelsEnd + 1) : line.slice(0, line.indexOf(' '));
  const sampleName = /^[^{\s]+/.exec(series)?.[0] ?? '';
  const base = sampleName.replace(FAMILY_SUFFIX, '');
  const isPart = typesHere.get(base) === 'histogram' || typesHere.get(base) === 'summary';
  const name = isPart ? base : sampleName;
  const family = familyOf(families, name);
  if (family.type !== typesHere.get(name)) family.hasConflict = true;
  else family.samples.set(series, line);
}

function familyOf(families: Map<string, Family>, name: string): Family {
  let family = families.get(name);
  if (family === undefined) {
    family = { help: undefined, type: undefined, samples: new Map(), hasConflict: false };
    families.set(name, family);
  }
  return family;
}

function render(name: string, family: Family): string {
  const lines: string[] = [];
  if (family.hasConflict) lines.push(`# ${name}: samples of another type were left out`);
  if (family.help !== undefined) lines.push(`# HELP ${name} ${family.help}`);
  if (family.type !== undefined) lines.push(`# TYPE ${name} ${family.type}`);
  return `${[...lines, ...family.samples.values()].join('\n')}\n`;
}
