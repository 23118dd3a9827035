import { BenchError } from '../bench.error.js';
import type { Contender } from './contender.js';

/** Sends a prompt once through a contender to the fast upstream; gives the body of its answer. */
export async function call(contender: Contender, prompt: string, isStream: boolean): Promise<string> {
  const { url, headers, model, fields } = contender.addressOf('fast');
  const body = JSON.stringify({ model, stream: isStream, messages: [{ role: 'user', content: prompt }], ...fields });
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (response.status === 200) return text;
  throw new BenchError(`${contender.name} answers ${response.status}: ${text.slice(0, 500)}`, 'See its logs.');
}

/** The chunks of a streamed answer. Throws a `BenchError` for a stream that does not end properly. */
export function eventsOf<Chunk>(stream: string, contender: Contender): Chunk[] {
  const events = stream.split('\n\n').map((event) => event.replace(/^data: ?/, '').trim());
  if (events.findLast((event) => event !== '') !== '[DONE]')
    throw new BenchError(`${contender.name} ends a stream without [DONE].`, 'Put that right before measuring.');
  return events.filter((event) => event.startsWith('{')).map((event): Chunk => JSON.parse(event));
}
