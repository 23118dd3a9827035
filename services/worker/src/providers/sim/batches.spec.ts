import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#libs/testing';
import { BatchCall } from '../../provider-contract/batch-call.fixture.js';
import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { ContractCall } from '../../provider-contract/contract-call.fixture.js';
import type { NativeResult } from '../native-batches.js';
import { sim } from './index.js';

const MODEL = 'sim-small';
const signal = new AbortController().signal;
const surroundings = { fetchFile: () => Promise.reject(new Error('nothing is to be fetched')) };

/**
 * What the contract of batches promises, of a provider that has no server to be scripted: its batches are done when their time
 * has come, and end in no other way.
 */
describe.each([
  ['at once', 1],
  ['in an hour', 3_600_000],
])('a batch of kind sim whose time comes %s', (_name, batchMilliseconds) => {
  const isDone = batchMilliseconds === 1;
  let call: BatchCall;

  beforeAll(() => {
    const options = (): object => ({ batchMilliseconds });
    call = new BatchCall({ kind: sim, credential: '', model: MODEL, options }, '');
  });
  afterAll(() => call.close());

  const submit = async () => {
    const lines = await call.lines(chatCaller, { count: 3, question: {} });
    return { lines, id: await call.batches.submit({ name: 'nb_1', model: MODEL, lines, signal }) };
  };
  const results = async ({ id, lines }: Awaited<ReturnType<typeof submit>>): Promise<NativeResult[]> => {
    const found: NativeResult[] = [];
    for await (const result of call.batches.results(id, lines, signal)) found.push(result);
    return found;
  };

  it('is running before its time and ended after it', async () => {
    const { id } = await submit();
    const state = isDone ? 'ended' : 'running';
    await eventually(async () => expect(await call.batches.read(id, signal)).toMatchObject({ state }));
  });

  it('is unknown where it was never made', async () => {
    expect(await call.batches.read('batch_unknown', signal)).toMatchObject({ state: 'gone' });
    await expect(call.batches.find?.('nb_2', signal)).resolves.toBeUndefined();
  });

  it('takes requests of chat alone', async () => {
    const [line] = await call.lines(chatCaller, { count: 1, question: {} });
    expect(line && call.batches.takes(line)).toBe(true);
    expect(line && call.batches.takes({ ...line, path: '/elsewhere' })).toBe(false);
  });

  if (isDone) {
    it('has the answer to each of its requests that it would have had online', async () => {
      const found = await results(await submit());
      expect(found.map(({ customId }) => customId)).toEqual(['req_0', 'req_1', 'req_2']);
      const { text, usage } = await call.read(chatCaller, found[1]);
      const provider = sim.create({}, undefined, surroundings);
      const messages = [{ role: 'user', content: 'question 1' }];
      const body = { ...chatCaller.ask(MODEL, {}), messages };
      const online = await new ContractCall(provider, { dialect: chatCaller.dialect, body }).run();
      expect(chatCaller.understand(text)).toEqual(chatCaller.understand(online.text));
      expect(usage).toEqual(online.usage);
    });

    it('cannot be cancelled any more', async () => {
      const batch = await submit();
      await eventually(async () => expect(await call.batches.read(batch.id, signal)).toMatchObject({ state: 'ended' }));
      await call.batches.cancel(batch.id, signal);
      expect(await results(batch)).toHaveLength(3);
    });
  } else {
    it('is cancelled, once and again, and then has done none of its requests', async () => {
      const batch = await submit();
      await call.batches.cancel(batch.id, signal);
      await call.batches.cancel(batch.id, signal);
      expect(await call.batches.read(batch.id, signal)).toMatchObject({ state: 'ended', status: 'cancelled' });
      expect(await results(batch)).toEqual([]);
    });
  }
});
