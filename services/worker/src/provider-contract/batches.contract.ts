import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BatchCall } from './batch-call.fixture.js';
import type { BatchSubject, BatchWire, ScriptedBatch } from './batch-subject.fixture.js';
import type { ContractCaller, Question } from './contract-caller.fixture.js';
import { ProviderServer } from './provider-server.fixture.js';
import { ANSWERS } from './provider-subject.fixture.js';
import { ProviderFailure } from '../providers/provider-failure.js';

/** What every batch API promises to whoever sends requests to it; run by each provider's folder that has one. */
export function describeBatches(subject: BatchSubject): void {
  describe(`kind ${subject.kind.kind} keeps the contract of batches`, () => {
    let server: ProviderServer;
    let call: BatchCall;
    let wire: BatchWire;
    const signal = new AbortController().signal;
    const [caller] = subject.callers as [ContractCaller];
    const batch = (): ScriptedBatch => {
      const [only] = wire.batches;
      if (!only) throw new Error('the server has no batch');
      return only;
    };
    const submit = async (count = 3, question: Question = {}): Promise<string> => {
      const lines = await call.lines(caller, { count, question });
      return call.batches.submit({ name: 'nb_1', model: subject.model, lines, signal });
    };
    const results = async (id: string) => {
      const found = [];
      const lines = await call.lines(caller, { count: 3, question: {} });
      for await (const result of call.batches.results(id, lines, signal)) found.push(result);
      return found.toSorted((one, other) => one.customId.localeCompare(other.customId));
    };

    beforeAll(async () => {
      server = await ProviderServer.start();
      call = new BatchCall(subject, server.origin);
    });
    beforeEach(() => {
      wire = subject.wire();
      server.replyWith((request) => wire.reply(request));
    });
    afterAll(async () => {
      await call.close();
      await server.stop();
    });

    it('sends the requests that would go online, with the credential', async () => {
      await submit();
      expect([...batch().requests.keys()]).toEqual(['req_0', 'req_1', 'req_2']);
      expect(JSON.stringify(batch().requests.get('req_1'))).toContain('question 1');
      expect(JSON.stringify(batch().model)).toContain(subject.model);
      const { credential, credentialSent = credential } = subject;
      for (const { headers } of server.requests) expect(Object.values(headers).join()).toContain(credentialSent);
    });

    it('sends bodies of several lines as one', async () => {
      const [line] = await call.lines(caller, { count: 1, question: {} });
      if (!line) throw new Error('there is no request');
      const spread = { ...line, body: JSON.stringify(JSON.parse(line.body), null, 2) };
      await call.batches.submit({ name: 'nb_1', model: subject.model, lines: [spread], signal });
      expect(JSON.stringify([...batch().requests.values()])).toContain('question 0');
    });

    it.each(subject.callers.map((one) => [one.dialect, one] as const))(
      'gives answers to callers of %s',
      async (_name, each) => {
        const lines = await call.lines(each, { count: 1, question: {} });
        const id = await call.batches.submit({ name: 'nb_1', model: subject.model, lines, signal });
        batch().status = 'ended';
        batch().results.set('req_0', { status: 200, body: subject.answer });
        const [result] = await results(id);
        const { text, usage } = await call.read(each, result);
        expect(each.understand(text)).toEqual(ANSWERS.text);
        expect(usage.promptTokens).toBeGreaterThan(0);
      },
    );

    it('tells a refused request by the class it has online, and leaves out what was not done', async () => {
      const id = await submit();
      batch().status = 'expired';
      batch().results.set('req_0', { status: 200, body: subject.answer });
      batch().results.set('req_1', subject.refusal);
      batch().results.set('req_2', 'expired');
      const found = await results(id);
      expect(found.map(({ customId }) => customId)).toEqual(['req_0', 'req_1']);
      await expect(call.read(caller, found[1])).rejects.toMatchObject({ errorClass: 'invalid_request' });
    });

    it.each([
      ['running', 'running'],
      ['cancelling', 'running'],
      ['ended', 'ended'],
      ['expired', 'ended'],
      ['cancelled', 'ended'],
      ...(subject.canFail ? [['failed', 'failed'] as const] : []),
    ] as const)('tells of a batch that is %s', async (status, state) => {
      const id = await submit();
      if (status !== 'running' && status !== 'failed')
        batch().results.set('req_0', { status: 200, body: subject.answer });
      batch().status = status;
      expect(await call.batches.read(id, signal)).toMatchObject({ state });
    });

    it('tells of a batch that the provider does not know', async () => {
      await submit();
      expect(await call.batches.read(subject.unknownId, signal)).toMatchObject({ state: 'gone' });
    });

    it('cancels a batch, once and again', async () => {
      const id = await submit();
      await call.batches.cancel(id, signal);
      expect(batch().status).toBe('cancelling');
      batch().status = 'cancelled';
      await call.batches.cancel(id, signal);
    });

    it('removes what is kept of a batch', async () => {
      const id = await submit();
      batch().status = 'ended';
      batch().results.set('req_0', { status: 200, body: subject.answer });
      await call.batches.read(id, signal);
      await call.batches.discard?.(id, signal);
      expect(wire.kept()).toBe(0);
    });

    if (subject.keepsNames) {
      it('finds a batch by the name it was submitted under', async () => {
        const id = await submit();
        expect(await call.batches.find?.('nb_1', signal)).toBe(id);
        expect(await call.batches.find?.('nb_2', signal)).toBeUndefined();
      });
    }

    it('takes requests of chat alone', async () => {
      const [line] = await call.lines(caller, { count: 1, question: {} });
      expect(line && call.batches.takes(line)).toBe(true);
      expect(line && call.batches.takes({ ...line, path: '/elsewhere' })).toBe(false);
    });

    it.each([
      [401, 'authentication'],
      [429, 'rate_limit'],
      [503, 'server_error'],
    ])('tells a refusal with status %i for what it is, without the credential', async (status, errorClass) => {
      server.replyWith({ status, body: { error: { message: `not with ${subject.credential}` } } });
      const failure = await submit().then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(ProviderFailure);
      expect(failure).toMatchObject({ errorClass, status });
    });
  });
}
