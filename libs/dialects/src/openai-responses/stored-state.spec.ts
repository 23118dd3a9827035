import { describe, expect, it } from '@jest/globals';
import { expandInput, readState, wholeInput } from './stored-state.js';

const body = (text: string): Buffer => Buffer.from(text);
const answer = { type: 'message', id: 'msg_1', status: 'completed', role: 'assistant', content: [] };

describe('what a Responses request says of stored responses', () => {
  it('is read of its fields, with a text as the message of a user', () => {
    const request = body('{"model":"m","input":"hi","previous_response_id":"resp_1"}');
    expect(readState(request)).toMatchObject({
      isStored: true,
      isStreamed: false,
      previousResponseId: 'resp_1',
      referredIds: [],
      items: [{ role: 'user', content: [{ type: 'input_text', text: 'hi' }] }],
    });
    expect(readState(body('{"model":"m","input":"hi","store":false}')).isStored).toBe(false);
  });

  it('is put in its place as whole items, without the ids that no provider knows', () => {
    const request = body(
      '{ "model":"m","previous_response_id":"resp_1", "input":[{"type":"item_reference","id":"fc_1"}], "x":1.0}',
    );
    const call = { type: 'function_call', id: 'fc_1', status: 'completed', call_id: 'c', name: 'f', arguments: '{}' };
    const byIdAlone = { type: 'reasoning', id: 'rs_1', summary: [] };
    const readable = { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'x' };
    const items = wholeInput(readState(request), [answer, byIdAlone, readable], { fc_1: call });
    expect(items).toEqual([
      { type: 'message', role: 'assistant', content: [] },
      readable,
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
    ]);
    expect(expandInput(request, items).toString()).toBe(
      `{ "model":"m","previous_response_id":null, "input":${JSON.stringify(items)}, "x":1.0}`,
    );
  });

  it('is refused where an item is unknown', () => {
    const state = readState(body('{"model":"m","input":[{"type":"item_reference","id":"msg_9"}]}'));
    expect(() => wholeInput(state, [], {})).toThrow("Item with id 'msg_9' not found.");
    const ofObjects = readState(body('{"model":"m","input":[{"type":"item_reference","id":"constructor"}]}'));
    expect(() => wholeInput(ofObjects, [], {})).toThrow("Item with id 'constructor' not found.");
  });
});
