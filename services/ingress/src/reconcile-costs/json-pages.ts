import { LineCounter, parseDocument } from 'yaml';
import { z, type ZodType } from 'zod';
import { exportProblem } from './export-problem.js';

/** Larger files are not read a second time to find the line of what is wrong. */
const MOST_PLACED_CHARACTERS = 4_000_000;

const pageShape = z.object({ has_more: z.boolean().optional() });

/** Buckets of one answer of a provider's API, or of several in an array. @throws DialectError 400 that names line and field. */
export function jsonBuckets<T>(text: string, bucket: ZodType<T>): T[] {
  const document = parsed(text);
  const pages = Array.isArray(document) ? document : [document];
  const schema = z.object({ data: z.array(bucket) });
  return pages.flatMap((page: unknown, index) => {
    const read = schema.safeParse(page);
    const isLast = index === pages.length - 1;
    if (isLast && pageShape.safeParse(page).data?.has_more === true) {
      const path = Array.isArray(document) ? [index, 'has_more'] : ['has_more'];
      throw exportProblem(placeOf(text, path), 'says that there is more: fetch all pages and give them as one array.');
    }
    if (read.success) return read.data.data;
    const issue = read.error.issues[0];
    const path = [...(Array.isArray(document) ? [index] : []), ...(issue?.path ?? [])];
    throw exportProblem(
      placeOf(text, path),
      `is not as the provider documents it: ${issue?.message ?? 'not understood'}.`,
    );
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw exportProblem({ line: brokenLine(text) }, 'is not valid JSON.');
  }
}

/** The line in which a document stops to be the beginning of one, found by halves; the last one where it only ends too early. */
function brokenLine(text: string): number {
  let [good, bad] = [0, text.length];
  while (good < bad) {
    const middle = Math.floor((good + bad) / 2);
    if (isBeginning(text.slice(0, middle))) good = middle + 1;
    else bad = middle;
  }
  return text.slice(0, good).split('\n').length;
}

/** V8 says where it stopped, or that there is nothing more. */
function isBeginning(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const message = String(error);
    const position = /at position (\d+)/.exec(message)?.[1];
    return /end of JSON input|Unterminated/.test(message) || Number(position) >= text.length;
  }
}

/** JSON is YAML, whose parser knows where everything stands. */
function placeOf(text: string, path: readonly PropertyKey[]): { line?: number; field: string } {
  const field = path.map(String).join('.') || 'content';
  if (text.length > MOST_PLACED_CHARACTERS) return { field };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as
      { range?: readonly [number, number, number] } | undefined;
    if (node?.range) return { field, line: lines.linePos(node.range[0]).line };
  }
  return { field };
}
