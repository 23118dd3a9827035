import { FORMATS, LANGUAGES } from '../labelled-texts.fixture.js';
import { measureQuality } from '../detectors/quality.fixture.js';

const TEXTS = 10_000;
const SECTION = /(<!-- generated: guard-quality -->\n)[\s\S]*?(<!-- end -->)/;

/** The page on guards with the table of what the detectors find and miss now. */
export function withQualityTable(page: string): string {
  const share = (value: number): string => `${(value * 100).toFixed(1)} %`;
  const rows = measureQuality(TEXTS).map(({ class: name, labels, found, wrong, precision, recall }) => [
    `\`${name}\``,
    String(labels),
    String(found),
    String(wrong),
    share(precision),
    share(recall),
  ]);
  const told = `${TEXTS} texts, ${LANGUAGES.length} languages, ${FORMATS.length} formats.`;
  const table = padded([['Class', 'Labels', 'Found', 'Wrong', 'Precision', 'Recall'], ...rows]);
  return page.replace(SECTION, `$1\n${table}\n\n${told}\n\n$2`);
}

function padded([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
