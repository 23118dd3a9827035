import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { QueueHold } from '#libs/contracts';
import { eventually } from '#libs/testing';
import OpenAI, { toFile } from 'openai';

import { batchInput } from './batch-lines.js';
import { startFailureGround, targetName, type FailureGround, type FailureModel } from './failure-ground.js';
import { OUR_KEY } from './journey-configuration.js';
import { call as callHttp } from './http-call.js';
import { journeysOn } from './journey.js';
import { runCli } from './run-cli.js';
import { answers, either, refuses } from './scripted-behaviours.js';
import type { Behaviour, ScriptedCall } from './scripted-provider.js';

const LINES = 300;
const RETRY_AFTER_SECONDS = 2;
const ENDS_WITHIN = { withinMilliseconds: 120_000, everyMilliseconds: 250 };
const LIMIT_MILLISECONDS = 150_000;

const LIMITED: FailureModel = { name: 'limited', main: 'limits' };
const INTERRUPTED: FailureModel = { name: 'interrupted', main: 'interrupts' };
const INTERRUPTED_LINES = 40;
const PAUSED: FailureModel = { name: 'paused', main: 'answers' };
const PAUSED_LINES = 20;

let isDown = true;
let ground: FailureGround;
let client: OpenAI;
const journey = journeysOn(() => ground.stack);
const callsOf = ({ main, name }: FailureModel): ScriptedCall[] => ground.main.callsOf(targetName(main, name));
const promptOf = ({ messages }: ScriptedCall): string => JSON.stringify(messages);

const limit = refuses(429, 'rate_limit_exceeded', 'Slow down.', { 'retry-after': String(RETRY_AFTER_SECONDS) });
const told = new Map<ScriptedCall, number>();

/** Refuses three calls of ten, whoever makes them, and keeps in mind when it said so. */
const limits: Behaviour = (call, response) => {
  const isRefused = call.turn % 10 < 3;
  if (isRefused) told.set(call, Date.now());
  (isRefused ? limit : answers)(call, response);
};

beforeAll(async () => {
  ground = await startFailureGround({
    script: { limits, interrupts: either(() => isDown, refuses(503, 'overloaded', 'Too busy.'), answers), answers },
    models: [LIMITED, INTERRUPTED, PAUSED],
  });
  client = new OpenAI({ apiKey: OUR_KEY, baseURL: `${ground.stack.url}/v1`, maxRetries: 0 });
}, 180_000);

afterAll(() => ground?.stop(), 90_000);

async function submit({ name }: FailureModel, lines: number): Promise<string> {
  const file = await client.files.create({
    file: await toFile(Buffer.from(await batchInput(name, lines)), 'lines.jsonl'),
    purpose: 'batch',
  });
  const endpoint = '/v1/chat/completions';
  const { id } = await client.batches.create({ input_file_id: file.id, endpoint, completion_window: '24h' });
  return id;
}

type Queue = { estimated_completion_at: number | null; held_by: QueueHold | null };

const read = async (id: string): Promise<OpenAI.Batch & { queue?: Queue }> => client.batches.retrieve(id);

async function expectComplete(id: string, total: number): Promise<void> {
  const batch = await eventually(async () => {
    const found = await client.batches.retrieve(id);
    expect([found.status, found.request_counts]).toEqual(['completed', expect.anything()]);
    return found;
  }, ENDS_WITHIN);
  expect(batch.request_counts).toEqual({ total, completed: total, failed: 0 });
}

describe('a batch whose provider', () => {
  journey(
    'limits three calls of ten comes to its end with few more calls, none earlier than allowed',
    async () => {
      await expectComplete(await submit(LIMITED, LINES), LINES);
      const calls = callsOf(LIMITED);
      expect(calls.length).toBeLessThanOrEqual(1.5 * LINES);
      const byPrompt = Map.groupBy(calls, promptOf);
      expect(byPrompt.size).toBe(LINES);
      for (const ofLine of byPrompt.values()) {
        for (const [index, call] of ofLine.entries()) {
          const before = ofLine[index - 1];
          if (before)
            expect(call.time - (told.get(before) ?? Infinity)).toBeGreaterThanOrEqual(RETRY_AFTER_SECONDS * 1_000);
        }
      }
    },
    LIMIT_MILLISECONDS,
  );

  journey(
    'is down for a while waits for it and says so, and no line fails',
    async () => {
      const id = await submit(INTERRUPTED, INTERRUPTED_LINES);
      await eventually(() => expect(callsOf(INTERRUPTED).length).toBeGreaterThan(0), ENDS_WITHIN);
      await eventually(async () => {
        const { request_counts: counts, queue } = await read(id);
        expect(counts?.failed).toBe(0);
        expect(queue).toMatchObject({
          estimated_completion_at: null,
          held_by: {
            reason: 'provider',
            of: `provider main, model ${targetName('interrupts', INTERRUPTED.name)} (overloaded)`,
          },
        });
      }, ENDS_WITHIN);
      isDown = false;
      await expectComplete(id, INTERRUPTED_LINES);
    },
    LIMIT_MILLISECONDS,
  );
});

describe('a batch whose model is paused', () => {
  const held = { reason: 'pause', of: `model ${PAUSED.name}` };
  const messages = [{ role: 'user' as const, content: 'Which track is free?' }];
  const admin = (path: string, body?: object) =>
    callHttp(`${ground.stack.url}${path}`, { key: ground.stack.adminKey, ...(body ? { body } : {}) });

  for (const by of ['the command line', 'the admin API'] as const) {
    journey(
      `by ${by} stands and says so while callers go on, and goes on when it is resumed`,
      async () => {
        const change = async (verb: 'pause' | 'resume'): Promise<void> => {
          if (by === 'the command line') {
            expect(await runCli(ground.stack, 'queues', verb, '--model', PAUSED.name)).toContain(PAUSED.name);
          } else {
            const answer = await admin(`/admin/v1/queues/${verb}`, { scope: 'model', name: PAUSED.name });
            expect(answer.status).toBe(200);
          }
        };
        await change('pause');
        const before = callsOf(PAUSED).length;
        const id = await submit(PAUSED, PAUSED_LINES);
        await eventually(async () => expect((await read(id)).queue?.held_by).toMatchObject(held), ENDS_WITHIN);
        await client.chat.completions.create({ model: PAUSED.name, messages });
        const paused = await read(id);
        expect(paused).toMatchObject({ status: 'in_progress', request_counts: { completed: 0, failed: 0 } });
        expect(paused.queue?.estimated_completion_at).toBeNull();
        expect(callsOf(PAUSED)).toHaveLength(before + 1);
        expect(await runCli(ground.stack, 'queues', 'list')).toContain(`Paused: model ${PAUSED.name}`);
        await change('resume');
        await expectComplete(id, PAUSED_LINES);
        expect(callsOf(PAUSED)).toHaveLength(before + 1 + PAUSED_LINES);
      },
      LIMIT_MILLISECONDS,
    );
  }

  journey('is counted as paused for as long as it was', async () => {
    const { text } = await admin('/metrics');
    const sample = /switchyard_queue_paused_time_seconds_total\{[^}]*name="paused"[^}]*\} ([\d.]+)/.exec(text);
    expect(Number(sample?.[1])).toBeGreaterThan(0);
  });
});
