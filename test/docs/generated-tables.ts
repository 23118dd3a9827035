import {
  answerHeadSchema,
  Consumer,
  DeadLetterHeader,
  factsSchema,
  MessageHeader,
  requestEndedSchema,
  routingSlipSchema,
  Stream,
  Subject,
  type ConsumerDefinition,
  type StreamDefinition,
} from '#libs/contracts';
import type { ZodType } from 'zod';
import { metricTable } from './metric-table.js';
import { permissionTable } from './permission-table.js';
import { markdownTable } from './markdown-table.js';
import { deadLetterNotes, headerNotes, subjectNotes, subjectParameters } from './message-notes.js';
import { schemaFields } from './schema-fields.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
const MEBIBYTE = 1024 ** 2;

/** Every generated table of the documentation, by the name in its markers. */
export async function generatedTables(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['subjects', subjects()],
    ['headers', headers()],
    ['dead-letter-headers', deadLetterHeaders()],
    ['request-ended', fields(requestEndedSchema)],
    ['facts', fields(factsSchema)],
    ['routing-slip', fields(routingSlipSchema)],
    ['answer-head', fields(answerHeadSchema)],
    ['streams', streams()],
    ['consumers', consumers()],
    ['permissions', permissionTable()],
    ['metrics', await metricTable()],
  ]);
}

function subjects(): string {
  const rows = Object.entries(subjectNotes).map(([key, { way, payload }]) => {
    const name = key as keyof typeof Subject;
    const build = Subject[name] as string | ((...parameters: readonly string[]) => string);
    const subject = typeof build === 'string' ? build : build(...(subjectParameters[name] ?? []));
    return [code(subject), streamOf(subject), way, payload];
  });
  return markdownTable(['Subject', 'Carried by', 'From → to', 'Payload'], rows);
}

/** The stream whose subjects cover one that is written with placeholders. */
function streamOf(subject: string): string {
  const definitions: readonly StreamDefinition[] = Object.values(Stream);
  const sample = subject.replace('<outcome>', 'completed').split('.');
  const covers = (pattern: string) =>
    pattern.split('.').every((token, index) => token === '>' || token === '*' || token === sample[index]);
  return definitions.find(({ subjects: patterns }) => patterns.some(covers))?.name ?? 'core';
}

function headers(): string {
  const rows = Object.entries(headerNotes).map(([key, [where, form]]) => [
    code(MessageHeader[key as keyof typeof MessageHeader]),
    where,
    form,
  ]);
  return markdownTable(['Header', 'On', 'Value'], rows);
}

function deadLetterHeaders(): string {
  const rows = Object.entries(deadLetterNotes).map(([key, meaning]) => [
    code(DeadLetterHeader[key as keyof typeof DeadLetterHeader]),
    meaning,
  ]);
  return markdownTable(['Header', 'Says'], rows);
}

function fields(schema: ZodType): string {
  const rows = schemaFields(schema).map(({ path, type, isAlways }) => [code(path), type, isAlways ? 'yes' : '']);
  return markdownTable(['Field', 'Type', 'Always'], rows);
}

function streams(): string {
  const rows = Object.values(Stream).map((stream: StreamDefinition) => [
    code(stream.name),
    stream.retention,
    oldestOf(stream),
    `${stream.maxBytes / MEBIBYTE / 1024} GiB`,
    `${stream.maxMessageBytes / MEBIBYTE} MiB`,
    `${stream.duplicateWindowMilliseconds / SECOND} s`,
    stream.atomicBatches ? 'yes' : 'no',
    stream.flush,
  ]);
  const head = [
    'Stream',
    'Retention',
    'Oldest',
    'Most',
    'Largest message',
    'Duplicate window',
    'Atomic batches',
    'Flush',
  ];
  return markdownTable(head, rows);
}

function oldestOf({ maxAgeMilliseconds }: StreamDefinition): string {
  if (maxAgeMilliseconds === 0) return 'none';
  return maxAgeMilliseconds < DAY ? `${maxAgeMilliseconds / HOUR} h` : `${maxAgeMilliseconds / DAY} days`;
}

function consumers(): string {
  const rows = Object.values(Consumer).map((consumer: ConsumerDefinition) => [
    code(consumer.name),
    code(consumer.stream),
    consumer.filterSubjects.map(code).join(', '),
    `${consumer.ackWaitMilliseconds / SECOND} s`,
    Number.isFinite(consumer.deliveryLimit) ? String(consumer.deliveryLimit) : 'none',
    String(consumer.maxAckPending),
  ]);
  return markdownTable(['Consumer', 'Stream', 'Subjects', 'Ack wait', 'Delivery limit', 'Most unsettled'], rows);
}

function code(text: string): string {
  return `\`${text}\``;
}
