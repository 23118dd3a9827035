import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DifficultyModel } from '#libs/difficulty';
import { ApiClient } from '../call-api/api-client.js';
import { describeLearning, putInForce } from './describe-learning.policy.js';
import { crossValidateRouter, evaluateRouter, trainRouter, type LearningParts } from './learn.js';
import { silentLearning } from './learning-display.js';
import { carryOutHere } from './learning-work.js';

const ROWS = 120;
const TARGETS = ['a/small', 'b/large'];

/** Requests for proofs are those that the weak model fails at. */
const prompts = Array.from({ length: ROWS }, (_, number) => {
  const isHard = number % 3 === 0;
  return {
    prompt: isHard ? `Prove by induction claim ${number}.` : `Name ${number} birds.`,
    weak: !isHard,
    strong: true,
  };
});

/** Answers `GET /v1/feedback` by pages of 50: of all requests but the last ten, one in four of another target. */
class PlayedFeedback {
  readonly asked: string[] = [];
  readonly server: Server = createServer((request, response) => {
    this.asked.push(`${request.url} ${request.headers.authorization}`);
    const after = new URL(request.url ?? '', 'http://played').searchParams.get('after');
    const from = after === null ? 0 : Number(after.slice('req_'.length)) + 1;
    const page = prompts.slice(0, ROWS - 10).map(({ weak }, number) => ({
      request_id: `req_${number}`,
      score: Number(weak),
      outcome: number === 1 ? 'failed' : 'completed',
      target: { provider: number % 4 === 3 ? 'b' : 'a', model: number % 4 === 3 ? 'large' : 'small' },
    }));
    const data = page.slice(from, from + 50);
    const more = { has_more: from + 50 < page.length, next_after: data.at(-1)?.request_id ?? null };
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ object: 'list', data, ...more }));
  });

  get url(): string {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  }
}

let folder: string;
let api: PlayedFeedback;
let data: string;
let parts: LearningParts;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-cli-'));
  data = join(folder, 'rows.jsonl');
  api = new PlayedFeedback();
  await new Promise<void>((resolve) => api.server.listen(0, '127.0.0.1', resolve));
  parts = {
    api: () => new ApiClient({ url: api.url, key: 'sk-key' }),
    display: silentLearning,
    carryOut: async (work, onProgress) => carryOutHere(work, onProgress),
  };
});
afterEach(async () => {
  api.server.closeAllConnections();
  await new Promise((resolve) => api.server.close(resolve));
  await rm(folder, { recursive: true });
});

async function write(rows: readonly object[]): Promise<void> {
  await writeFile(data, rows.map((row) => JSON.stringify(row)).join('\n'));
}

const common = { answeredBy: [], seed: 1, folds: 2 };
const requests = prompts.map(({ prompt }, number) => ({ prompt, request_id: `req_${number}` }));

describe('switchyard router train', () => {
  it('trains on labelled rows without a server, tells what it is worth, and writes the model', async () => {
    await write(prompts.map((row) => ({ ...row, group: 'made up' })));
    const out = join(folder, 'own.bin');
    const summary = await trainRouter({ ...common, data, out }, parts);

    expect(api.asked).toEqual([]);
    expect(summary).toMatchObject({ measured: 'cross-validated', model: out, prompts: ROWS, warnings: [] });
    expect(summary.groups['made up']?.apgr).toBeGreaterThan(0.7);
    expect(DifficultyModel.load(await readFile(out)).facts.rows).toBe(ROWS);
    expect(describeLearning(summary)).toMatch(/made up +120 +67 % +100 % +0\.\d{3}/);
    expect(putInForce(out)).toContain(`SWITCHYARD_DIFFICULTY_MODEL=${out}`);
    await expect(trainRouter({ ...common, data, out }, parts)).rejects.toThrow('--force');
  });

  it('takes the labels of requests from all pages of the feedback, and tells what it left out', async () => {
    await write(requests);
    const summary = await trainRouter({ ...common, data, out: join(folder, 'own.bin') }, parts);

    const page = '/v1/feedback?limit=1000';
    expect(api.asked).toEqual(
      [page, `${page}&after=req_49`, `${page}&after=req_99`].map((path) => `${path} Bearer sk-key`),
    );
    expect(summary).toMatchObject({ prompts: 109, left_out: { without_feedback: 11 }, answered_by: { 'a/small': 82 } });
    expect(describeLearning(summary)).toContain('Left out: 11 rows');
    expect(describeLearning(summary)).toContain('--answered-by');
  });

  it('counts feedback on the answers of some targets only', async () => {
    await write(requests);
    const judged = await evaluateRouter({ ...common, data, answeredBy: [TARGETS[0]!] }, parts);

    expect(judged).toMatchObject({ prompts: 82, answered_by: { 'a/small': 82 }, warnings: [] });
    await expect(evaluateRouter({ ...common, data, answeredBy: ['c/none'] }, parts)).rejects.toThrow(
      'on answers of c/none',
    );
  });

  it('names what is wrong and what to do', async () => {
    const out = join(folder, 'own.bin');
    await write(prompts.slice(0, 20));
    await expect(trainRouter({ ...common, data, out }, parts)).rejects.toThrow('at least 100 are needed');
    await expect(trainRouter({ ...common, data: join(folder, 'none'), out }, parts)).rejects.toThrow(
      'There is no file',
    );
    await expect(trainRouter({ ...common, data, out: join(folder, 'no', 'own.bin') }, parts)).rejects.toThrow(
      'cannot be written',
    );
    await writeFile(data, '{"prompt":"a","score":1}\n{"prompt":"a"}\n');
    await expect(trainRouter({ ...common, data, out }, parts)).rejects.toThrow('Line 2');
    await writeFile(data, '\n');
    await expect(trainRouter({ ...common, data, out }, parts)).rejects.toThrow('holds no row');
  });
});

describe('switchyard router evaluate', () => {
  it('judges a model, and warns where it was probably trained on the rows', async () => {
    await write(prompts);
    const model = join(folder, 'own.bin');
    await trainRouter({ ...common, data, out: model }, parts);
    const judged = await evaluateRouter({ ...common, data, model }, parts);

    expect(judged).toMatchObject({
      measured: 'as given',
      model,
      warnings: [expect.stringContaining('--cross-validate')],
    });
    const shares = Object.values(judged.levels).map(({ strong_share: share }) => share);
    expect(shares).toEqual(shares.toSorted((left, right) => left - right));
    expect((await evaluateRouter({ ...common, data }, parts)).model).toBeNull();
  });

  it('cross-validates: every prompt is scored by a model that has not seen it', async () => {
    await write(prompts);

    expect(await crossValidateRouter({ ...common, data }, parts)).toMatchObject({
      measured: 'cross-validated',
      prompts: ROWS,
      levels: { cheap: { threshold: 0.8, strong_share: expect.closeTo(0.2, 1) } },
    });
  });

  it('refuses a file that is no model', async () => {
    await write(prompts);

    await expect(evaluateRouter({ ...common, data, model: data }, parts)).rejects.toThrow('no difficulty model');
  });
});
