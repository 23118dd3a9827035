import type { ResponseInputList, ResponseInputPage, StoredResponse } from '#libs/contracts';

type Item = StoredResponse['input'][number];

const PREFIX: Readonly<Record<string, string>> = { message: 'msg', function_call: 'fc', function_call_output: 'fco' };

/**
 * One page of a response's input. Items that came without an id have one that follows from their place, so that pages fit
 * together; a message of plain text has its content in parts, as OpenAI lists it. Undefined for an `after` that is none of the items.
 */
export function inputPage(
  { response, input }: StoredResponse,
  { after, limit, order }: Pick<ResponseInputList, 'after' | 'limit' | 'order'>,
): ResponseInputPage | undefined {
  const items = input.map((item, index) => listed(item, response.id, index));
  if (order === 'desc') items.reverse();
  const start = after === undefined ? 0 : items.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) return undefined;
  const data = items.slice(start, start + limit);
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: start + data.length < items.length,
  };
}

function listed(item: Item, responseId: string, index: number): Item & { id: string } {
  const type = typeof item.type === 'string' ? item.type : 'message';
  const made = `${PREFIX[type] ?? 'item'}_${responseId.replace(/^resp_/, '')}_${index}`;
  const id = typeof item.id === 'string' ? item.id : made;
  if (type !== 'message') return { ...item, id };
  const kind = item.role === 'assistant' ? 'output_text' : 'input_text';
  const content = typeof item.content === 'string' ? [{ type: kind, text: item.content }] : item.content;
  return { ...item, id, type, status: item.status ?? 'completed', content };
}
