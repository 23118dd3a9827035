import { membersOf, withMembers } from './edit-members.js';
import { DialectError } from '../dialect-error.js';
import { readJsonRequest } from '../json-operation/read-json-request.js';
import { responsesRequestSchema } from './request-schema.js';

/** An item of a conversation, as its caller or a provider wrote it. */
export type ConversationItem = Readonly<Record<string, unknown>>;

/** What a request says of stored responses. */
export interface StateFacts {
  /** Whether its own response is to be kept. */
  readonly isStored: boolean;
  readonly isStreamed: boolean;
  /** Whether nobody waits for the answer. */
  readonly isBackground: boolean;
  readonly previousResponseId: string | undefined;
  /** Items of earlier responses that the input names by their ids. */
  readonly referredIds: readonly string[];
  /** The input as items; one that is a text alone is the message of a user. */
  readonly items: readonly ConversationItem[];
}

/** Reads what a Responses request says of stored responses. @throws DialectError 400 for what is no such request. */
export function readState(body: Uint8Array): StateFacts {
  const { request } = readJsonRequest(body, responsesRequestSchema);
  const { input } = request;
  const items: ConversationItem[] =
    typeof input === 'string'
      ? [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: input }] }]
      : input;
  return {
    isStored: request.store !== false,
    isStreamed: request.stream === true,
    isBackground: request.background === true,
    previousResponseId: request.previous_response_id ?? undefined,
    referredIds: items.flatMap(({ type, id }) => (type === 'item_reference' && typeof id === 'string' ? [id] : [])),
    items,
  };
}

/** The items of a request with those that it continues before them, and those that it refers to in their places. */
export function wholeInput(
  { items }: Pick<StateFacts, 'items'>,
  earlier: readonly ConversationItem[],
  referred: Readonly<Record<string, ConversationItem>>,
): ConversationItem[] {
  const own = items.map((item, index) => {
    if (item.type !== 'item_reference') return item;
    const id = String(item.id);
    const found = Object.hasOwn(referred, id) ? referred[id] : undefined;
    if (found) return found;
    throw new DialectError(
      400,
      'item_not_found',
      `Item with id '${id.slice(0, 100)}' not found.`,
      `input[${index}].id`,
    );
  });
  return [...earlier, ...own].flatMap(reusable);
}

/** The body with whole items in the place of what refers to stored ones; all other bytes stay as they came. */
export function expandInput(body: Uint8Array, items: readonly ConversationItem[]): Buffer {
  const members = membersOf(body);
  const edits = { input: JSON.stringify(items) };
  return withMembers(
    body,
    members,
    members.has('previous_response_id') ? { ...edits, previous_response_id: 'null' } : edits,
  );
}

/**
 * An item as it may be sent to any provider. Ids of earlier items are taken off, since the provider keeps none and would look
 * for them in vain; reasoning that can be read only by its id is dropped.
 */
function reusable(item: ConversationItem): ConversationItem[] {
  if (item.type === 'reasoning') {
    const isReadable = typeof item.encrypted_content === 'string' || (item.summary as unknown[] | undefined)?.length;
    return isReadable ? [item] : [];
  }
  const { id: _id, status: _status, ...rest } = item;
  return [rest];
}
