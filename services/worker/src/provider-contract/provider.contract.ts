import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#libs/testing';
import type { Provider } from '../providers/provider.js';
import { ProviderFailure } from '../providers/provider-failure.js';
import { ContractCall, type ContractResult } from './contract-call.fixture.js';
import { PICTURE, SCHEMA, TOOL, type ContractCaller, type Question } from './contract-caller.fixture.js';
import { ProviderServer, type Reply } from './provider-server.fixture.js';
import { ANSWERS, EMBEDDINGS, type ProviderSubject, type WireAnswer } from './provider-subject.fixture.js';

/** A provider of the tested kind in front of its server. */
interface Bench {
  readonly provider: Provider;
  readonly server: ProviderServer;
  readonly subject: ProviderSubject;
}

/** What every kind of provider promises to callers of each dialect that reaches it; run by each provider's folder. */
export function describeProvider(subject: ProviderSubject): void {
  describe(`kind ${subject.kind.kind} keeps the contract of a provider`, () => {
    let bench: Bench;

    beforeAll(async () => {
      const server = await ProviderServer.start();
      const provider = subject.kind.create(subject.options(server.origin), subject.credential, {
        fetchFile: () => Promise.reject(new Error('nothing is to be fetched')),
      });
      bench = { provider, server, subject };
    });
    afterAll(async () => {
      await bench.provider.close();
      await bench.server.stop();
    });

    for (const caller of subject.callers) {
      describe(`for callers of ${caller.dialect}`, () => {
        describeAnswers(() => bench, subject, caller);
        describeRequests(() => bench, caller);
        describeRefusals(() => bench, subject, caller);
        describeBreaks(() => bench, subject, caller);
      });
    }
    describeOtherOperations(() => bench, subject);
  });
}

function describeAnswers(bench: () => Bench, { answers, usage }: ProviderSubject, caller: ContractCaller): void {
  const questions: Readonly<Partial<Record<keyof typeof ANSWERS, Question>>> = {
    oneCall: { withTool: true },
    twoCalls: { withTool: true },
    json: { withSchema: true },
  };
  for (const [name, answer] of Object.entries(answers) as [keyof typeof ANSWERS, WireAnswer][]) {
    it(`gives the answer '${name}' plain`, async () => {
      const { text } = await ask(bench(), { caller, question: questions[name] ?? {}, reply: answer.plain });
      expect(caller.understand(text)).toEqual(ANSWERS[name]);
    });

    it(`gives the answer '${name}' as a stream`, async () => {
      const question = { ...questions[name], stream: true };
      const { text } = await ask(bench(), { caller, question, reply: answer.stream });
      expect(caller.understandStream(text)).toEqual(ANSWERS[name]);
    });
  }

  it('tells the usage of a plain answer', async () => {
    const result = await ask(bench(), { caller, question: {}, reply: answers.text.plain });
    expect(result).toMatchObject({ usage, usageBasis: 'provider' });
  });

  it('tells the usage of a stream', async () => {
    const result = await ask(bench(), { caller, question: { stream: true }, reply: answers.text.stream });
    expect(result).toMatchObject({ usage, usageBasis: 'provider' });
  });

  it('reads a stream whose bytes are split anywhere', async () => {
    const reply = { ...answers.text.stream, pieceBytes: 7 };
    const { text } = await ask(bench(), { caller, question: { stream: true }, reply });
    expect(caller.understandStream(text)).toEqual(ANSWERS.text);
  });
}

function describeRequests(bench: () => Bench, caller: ContractCaller): void {
  const sentFor = async (question: Question): Promise<unknown> => {
    const { subject } = bench();
    await ask(bench(), { caller, question, reply: subject.answers.text.plain });
    return bench().server.requests.at(-1)?.body;
  };

  it.each([false, true])('calls the right address with its credential (stream: %s)', async (stream) => {
    const { server, subject } = bench();
    const { paths, credential, secretSent = credential, answers } = subject;
    await ask(bench(), { caller, question: { stream }, reply: stream ? answers.text.stream : answers.text.plain });
    const request = server.requests.at(-1);
    expect(request?.path).toBe(stream ? paths.stream : paths.plain);
    expect(Object.values(request?.headers ?? {}).join('\n')).toContain(secretSent);
    const { headers = {} } = subject.options(server.origin) as { headers?: Record<string, string> };
    expect(request?.headers).toMatchObject(headers);
  });

  it('shows the model a picture', async () => {
    expect(bench().subject.sent.picture(await sentFor({ withImage: true }))).toContain(PICTURE);
  });

  it('asks the model for an answer after a schema', async () => {
    expect(bench().subject.sent.schema(await sentFor({ withSchema: true }))).toMatchObject({
      type: 'object',
      properties: SCHEMA.properties,
      required: SCHEMA.required,
    });
  });

  it('offers the model tools', async () => {
    expect(bench().subject.sent.toolName(await sentFor({ withTool: true }))).toBe(TOOL.name);
  });

  it('tells the model what a tool gave', async () => {
    expect(bench().subject.sent.toolResult(await sentFor({ afterTool: true }))).toContain('sunny in Paris');
  });
}

function describeRefusals(bench: () => Bench, subject: ProviderSubject, caller: ContractCaller): void {
  for (const [errorClass, reply] of Object.entries<Reply>(subject.refusals)) {
    for (const stream of [false, true]) {
      it(`tells a refusal of class ${errorClass} for what it is, ${stream ? 'of a stream' : 'plain'}`, async () => {
        const failure = await failureOf(ask(bench(), { caller, question: { stream }, reply }));
        expect(failure).toMatchObject({ errorClass, status: reply.status, quotesProvider: true });
        expect(failure.message).not.toContain(subject.credential);
      });
    }
  }

  if (subject.tellsWait ?? true) {
    it('tells how long a rate limit lasts', async () => {
      const failure = await failureOf(ask(bench(), { caller, question: {}, reply: subject.refusals.rate_limit }));
      expect(failure.retryAfterSeconds).toBe(7);
    });
  }

  it('takes something else than an answer for no answer', async () => {
    const reply = { body: '<html>welcome to the proxy</html>' };
    const failure = await failureOf(ask(bench(), { caller, question: {}, reply }));
    expect(failure.errorClass).toBe('bad_answer');
  });
}

function describeBreaks(bench: () => Bench, subject: ProviderSubject, caller: ContractCaller): void {
  const { stream, plain } = subject.answers.text;
  const begun = stream.events.slice(0, subject.eventsToFirstWord);

  it.each(['cut', 'end'] as const)('fails a stream that breaks off in the middle (%s)', async (ending) => {
    const reply = { ...stream, events: begun, ending };
    const failure = await failureOf(ask(bench(), { caller, question: { stream: true }, reply }));
    expect(failure.errorClass).toBe('cut_stream');
  });

  for (const [errorClass, event] of Object.entries(subject.streamErrors ?? {})) {
    it.each([0, subject.eventsToFirstWord])(`tells an error of class ${errorClass} after %i events`, async (count) => {
      const reply = { ...stream, events: [...stream.events.slice(0, count), event] };
      const failure = await failureOf(ask(bench(), { caller, question: { stream: true }, reply }));
      // An event that cannot be read is told of in words of our own.
      expect(failure).toMatchObject({ errorClass, quotesProvider: errorClass !== 'bad_answer' });
    });
  }

  it('fails a plain answer that breaks off in the middle', async () => {
    const half = JSON.stringify(plain.body).slice(0, 40);
    const reply: Reply = { headers: { 'content-type': 'application/json' }, body: half, ending: 'cut' };
    const failure = await failureOf(ask(bench(), { caller, question: {}, reply }));
    expect(failure.errorClass).toBe('cut_stream');
  });

  it.each([false, true])('gives up a provider that does not begin to answer in time (stream: %s)', async (isStream) => {
    const call = callOf(bench(), { caller, question: { stream: isStream }, reply: { isSilent: true } }, 100);
    expect((await failureOf(call.run())).errorClass).toBe('first_byte_timeout');
  });

  it('leaves the provider when the caller leaves before the answer', async () => {
    const call = callOf(bench(), { caller, question: {}, reply: { isSilent: true } });
    const failure = failureOf(call.run());
    await eventually(() => expect(bench().server.requests.length).toBeGreaterThan(0));
    call.clock.abort(new ProviderFailure('cancelled', 'the caller left'));
    expect((await failure).errorClass).toBe('cancelled');
    await abandoned(bench());
  });

  it('leaves the provider when the caller leaves in the middle of a stream', async () => {
    const reply: Reply = { ...stream, events: begun, ending: 'open' };
    const call = callOf(bench(), { caller, question: { stream: true }, reply });
    const failure = failureOf(call.run());
    await eventually(() => expect(call.relayed).not.toBe(''));
    call.clock.abort(new ProviderFailure('cancelled', 'the caller left'));
    expect((await failure).errorClass).toBe('cancelled');
    await abandoned(bench());
  });
}

function describeOtherOperations(bench: () => Bench, { embeddings, ranking }: ProviderSubject): void {
  if (embeddings) {
    it('gives embeddings', async () => {
      serve(bench(), embeddings.reply);
      const body = { model: embeddings.model, input: ['Paris', 'Rome'] };
      const result = await new ContractCall(bench().provider, { dialect: 'openai-embeddings', body }).run();
      const { data } = JSON.parse(result.text) as { data: { embedding: number[] }[] };
      expect(data.map(({ embedding }) => embedding)).toEqual(EMBEDDINGS);
      if (embeddings.usage) expect(result).toMatchObject({ usage: embeddings.usage, usageBasis: 'provider' });
    });
  }
  if (ranking) {
    it('ranks documents', async () => {
      serve(bench(), ranking.reply);
      const body = { model: ranking.model, query: 'Where is it sunny?', documents: ['Rain in Rome', 'Sun in Paris'] };
      const result = await new ContractCall(bench().provider, { dialect: 'rerank', body }).run();
      expect(JSON.parse(result.text)).toMatchObject({
        results: [
          { index: 1, relevance_score: 0.9 },
          { index: 0, relevance_score: 0.1 },
        ],
      });
    });
  }
}

interface Ask {
  readonly caller: ContractCaller;
  readonly question: Question;
  readonly reply: Reply;
}

async function ask(bench: Bench, how: Ask): Promise<ContractResult> {
  return callOf(bench, how).run();
}

function callOf(bench: Bench, { caller, question, reply }: Ask, firstByteMilliseconds = 10_000): ContractCall {
  serve(bench, reply);
  const body = caller.ask(bench.subject.model, question);
  return new ContractCall(
    bench.provider,
    { dialect: caller.dialect, body },
    { firstByteMilliseconds, idleMilliseconds: 10_000, totalMilliseconds: 20_000 },
  );
}

function serve({ server, subject }: Bench, reply: Reply): void {
  server.replyWith((request) => subject.replyBeside?.(request) ?? reply);
}

async function failureOf(outcome: Promise<unknown>): Promise<ProviderFailure> {
  const failure: unknown = await outcome.then(
    () => new Error('the call succeeded'),
    (error: unknown) => error,
  );
  if (failure instanceof ProviderFailure) return failure;
  throw failure;
}

/** A provider's connection is given up soon after the caller has left, within a second on a machine that does nothing else. */
async function abandoned({ server }: Bench): Promise<void> {
  await eventually(() => expect(server.abandoned).toBe(1), { withinMilliseconds: 10_000 });
}
