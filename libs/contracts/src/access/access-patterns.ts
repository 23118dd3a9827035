import { Subject, SubjectPattern } from '../subjects.js';
import { Bucket, Stream, type StreamDefinition } from '../topology.js';
import type { BucketName, ServiceAccess, SubjectName } from './service-access.js';

/** Patterns narrower than one made of wildcards alone would be: that one would cover subjects of another name. */
const NARROW: Readonly<Partial<Record<SubjectName, readonly string[]>>> = {
  requestEnded: SubjectPattern.requestEnded.filter((pattern) => !pattern.startsWith('requests.')),
};

/** The patterns that stand for every subject of a name, with a wildcard in the place of each varying part. */
export function patternsOf(name: SubjectName): readonly string[] {
  const build = Subject[name] as string | ((...parts: readonly string[]) => string);
  if (typeof build === 'string') return [build];
  return NARROW[name] ?? [build(...Array.from({ length: build.length }, () => '*'))];
}

/** Where the answers to a process's questions come: each name has a place of its own, at which nobody else may listen. */
export function inboxPrefixOf(name: string): string {
  return `_INBOX_${name.replaceAll(/[^A-Za-z0-9_-]/g, '-')}`;
}

/** The stream behind a bucket, as nats-server names it. */
export function bucketStream(name: BucketName): string {
  return `${name === 'bodies' ? 'OBJ' : 'KV'}_${Bucket[name].name}`;
}

/** The streams that a service cannot do without: what it publishes into, takes from, looks at and reads. */
export function streamsNeededBy(access: ServiceAccess): readonly string[] {
  const patterns = access.publishes.flatMap(patternsOf);
  const into = (Object.values(Stream) as readonly StreamDefinition[]).filter(({ subjects }) =>
    patterns.some((pattern) => subjects.some((subject) => overlaps(pattern, subject))),
  );
  const buckets = (Object.keys(access.buckets) as BucketName[]).map(bucketStream);
  const from = [...access.consumes, ...access.watches].map(({ stream }) => stream);
  const own = [...into, ...access.reads].map(({ name }) => name);
  const letters = access.consumes.length > 0 ? [Stream.deadLetters.name] : [];
  return [...new Set([...own, ...from, ...letters, ...buckets])];
}

/** Whether some subject fits both patterns. */
function overlaps(left: string, right: string): boolean {
  const [one, other] = [left.split('.'), right.split('.')];
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const [a, b] = [one[index], other[index]];
    if (a === '>' || b === '>') return a !== undefined && b !== undefined;
    if (a === undefined || b === undefined) return false;
    if (a !== b && a !== '*' && b !== '*') return false;
  }
  return true;
}
