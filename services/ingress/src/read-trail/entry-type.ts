import { NOTED_DEEDS, NOTED_THINGS, requestOutcome } from '#libs/contracts';
import { z } from 'zod';

const LONGEST_CHARACTERS = 100;
const OF_REQUESTS: readonly string[] = requestOutcome.options.map((outcome) => `request.${outcome}`);
const THINGS: readonly string[] = NOTED_THINGS;
const DEEDS: readonly string[] = NOTED_DEEDS;

/** The type of an entry: one that no entry can have would be answered by nothing, which reads as if nothing had happened. */
export const entryType = z
  .string()
  .max(LONGEST_CHARACTERS)
  .superRefine((type, context) => {
    const problem = problemOf(type);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

function problemOf(type: string): string | undefined {
  const [thing = '', deed = '', ...more] = type.split('.');
  if (OF_REQUESTS.includes(type) || (THINGS.includes(thing) && DEEDS.includes(deed) && more.length === 0))
    return undefined;
  const known = THINGS.includes(thing)
    ? `what can be done to it is ${DEEDS.join(', ')}`
    : `there are ${OF_REQUESTS.join(', ')}, and a thing with what was done to it, such as key.created. Things are ${THINGS.join(', ')}`;
  const also = thing === 'request' && THINGS.includes(thing) ? ` (or, of its end, ${OF_REQUESTS.join(', ')})` : '';
  return `no entry has this type: ${known}${also}`;
}
