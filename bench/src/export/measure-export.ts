import { createHash } from 'node:crypto';
import { request } from 'undici';
import { BenchError } from '../bench.error.js';
import type { RecordsProgress } from '../jetstream/records-progress.js';
import { readMemory } from '../processes/memory.js';
import { COMPLETED_SUBJECT, publishBacklog } from '../records/publish-backlog.js';
import { BENCH } from '../stack/bench-configuration.js';
import type { RunningStack } from '../stack/running-stack.js';

const FORMATS = ['ndjson', 'ocsf', 'cef', 'csv'] as const;
const EXPORTING = ['ingress', 'audit'];
const LOOK_EVERY_MILLISECONDS = 250;
/** What billing and audit get done with in the time that they are given. */
const RECORDED_AT_ONCE = 20_000;

/** One export of the whole log over HTTP: how fast it went, and how much larger the processes that make it became meanwhile. */
export interface ExportFigures {
  readonly format: string;
  readonly entries: number;
  readonly seconds: number;
  readonly mebibytes: number;
  readonly memory: readonly { readonly name: string; readonly before: number; readonly most: number }[];
}

interface Exported {
  readonly bytes: number;
  readonly lines: number;
  /** Of the log. */
  readonly size: number;
}

/**
 * Fills the trail, exports all of it in each format, and once more the verifiable one in two parts, as somebody does who lost the connection in the middle: the two must be
 * the one, byte for byte. At least one call must have been made, since its event is the pattern.
 */
export async function measureExport(
  { stack, records, say }: { stack: RunningStack; records: RecordsProgress; say: (text: string) => void },
  entries: number,
): Promise<ExportFigures[]> {
  say(`recording ${entries} terminal events`);
  const template = await records.newestEvent(COMPLETED_SUBJECT);
  for (let left = entries; left > 0; left -= RECORDED_AT_ONCE) {
    await publishBacklog(records, template, Math.min(left, RECORDED_AT_ONCE));
    await records.settled();
  }
  const figures: ExportFigures[] = [];
  for (const format of FORMATS) {
    const figure = await measured(stack, format);
    say(
      `${format}: ${figure.entries} lines, ${figure.mebibytes.toFixed(0)} MiB in ${figure.seconds.toFixed(1)} s; ` +
        figure.memory
          .map(({ name, before, most }) => `${name} ${before.toFixed(0)} → ${most.toFixed(0)} MiB`)
          .join(', '),
    );
    figures.push(figure);
  }
  await checkResuming(stack);
  say('an export in two parts is the whole');
  return figures;
}

async function measured(stack: RunningStack, format: string): Promise<ExportFigures> {
  const before = memoryOf(stack);
  const most = new Map(before);
  const watching = setInterval(() => {
    for (const [name, mebibytes] of memoryOf(stack)) most.set(name, Math.max(mebibytes, most.get(name) ?? 0));
  }, LOOK_EVERY_MILLISECONDS);
  const startedAt = performance.now();
  try {
    const { bytes, lines } = await exported(stack, `format=${format}`);
    return {
      format,
      entries: lines,
      seconds: (performance.now() - startedAt) / 1_000,
      mebibytes: bytes / 1024 ** 2,
      memory: [...before].map(([name, mebibytes]) => ({ name, before: mebibytes, most: most.get(name) ?? 0 })),
    };
  } finally {
    clearInterval(watching);
  }
}

function memoryOf({ parts }: RunningStack): Map<string, number> {
  const exporting = parts.filter(({ name }) => EXPORTING.includes(name));
  return new Map(readMemory(exporting).map(({ name, residentMebibytes }) => [name, residentMebibytes]));
}

/** A filter by time keeps what is recorded while this runs, such as the exports themselves, out of both. */
async function checkResuming(stack: RunningStack): Promise<void> {
  const filter = `format=ndjson&until=${new Date().toISOString()}`;
  const whole = createHash('sha256');
  const { size } = await exported(stack, filter, (entry) => whole.update(entry.line));
  const middle = Math.floor(size / 2);
  const parts = createHash('sha256');
  await exported(stack, filter, ({ line, sequence }) => sequence < middle && parts.update(line));
  await exported(stack, `${filter}&size=${size}&start=${middle}`, ({ line }) => parts.update(line));
  if (parts.digest('hex') !== whole.digest('hex'))
    throw new BenchError('An export in two parts is not the export in one.', 'See the log of audit.');
}

/** An entry's line of the verifiable form. */
interface EntryLine {
  readonly line: string;
  readonly sequence: number;
}

async function exported(
  { url, adminKey }: RunningStack,
  query: string,
  onEntry?: (entry: EntryLine) => void,
): Promise<Exported> {
  const path = `/v1/audit/export?organization=${BENCH.organization}&${query}`;
  const { statusCode, headers, body } = await request(`${url}${path}`, {
    headers: { authorization: `Bearer ${adminKey}` },
    bodyTimeout: 0,
  });
  if (statusCode !== 200)
    throw new BenchError(
      `${path} is answered with ${statusCode}: ${(await body.text()).slice(0, 300)}`,
      'See its log.',
    );
  let [bytes, lines, rest] = [0, 0, ''];
  for await (const piece of body as AsyncIterable<Buffer>) {
    bytes += piece.length;
    for (const byte of piece) if (byte === 0x0a) lines += 1;
    if (!onEntry) continue;
    const whole = (rest + piece.toString('latin1')).split('\n');
    rest = whole.pop() ?? '';
    for (const line of whole) {
      const { object, sequence = 0 } = JSON.parse(line) as { object: string; sequence?: number };
      if (object === 'audit.entry') onEntry({ line, sequence });
    }
  }
  return { bytes, lines, size: Number(headers['switchyard-log-size']) };
}
