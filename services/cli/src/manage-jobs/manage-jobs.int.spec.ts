import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JobObject } from '#libs/contracts';
import { ApiClient } from '../call-api/api-client.js';
import { describeJob, describeJobs, jobExitCode } from './describe-job.policy.js';
import { jobApi } from './job-api.js';
import { waitForJob } from './wait-for-job.js';

const job: JobObject = {
  id: 'job_1',
  object: 'job',
  status: 'queued',
  endpoint: '/v1/chat/completions',
  model: 'gpt-small',
  stream: false,
  request_id: 'req_1',
  response_id: null,
  created_at: 0,
  run_at: null,
  started_at: null,
  cancelling_at: null,
  ended_at: null,
  expires_at: 1,
  result_expires_at: null,
  result_status: null,
  error: null,
  usage: null,
  cost_usd: null,
  queue_position: 2,
  held_by: null,
  estimated_start_at: null,
  links: { self: '/v1/jobs/job_1', result: '/v1/jobs/job_1/result', cancel: '/v1/jobs/job_1/cancel' },
};
const failed: JobObject = { ...job, status: 'failed', ended_at: 1, error: { code: 'oops', message: 'it broke' } };

let server: Server;
let api: ApiClient;
let received: { route: string; prefer: unknown; runAt: unknown }[];
let answers: [number, object | string, Record<string, string>?][];

beforeEach(async () => {
  received = [];
  answers = [];
  server = createServer((request, response) => {
    const { headers } = request;
    received.push({
      route: `${request.method} ${request.url}`,
      prefer: headers.prefer,
      runAt: headers['x-switchyard-run-at'],
    });
    request.resume();
    const [status, body, further = {}] = answers.shift() ?? [200, job];
    response
      .writeHead(status, { 'content-type': 'application/json', ...further })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api = new ApiClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: 'sk-key' });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const wait = (timeoutSeconds?: number): Promise<JobObject> =>
  waitForJob('job_1', {
    api,
    patience: { pollMilliseconds: 2, silenceMilliseconds: 500 },
    onChange: () => undefined,
    timeoutSeconds,
  });

describe('switchyard jobs', () => {
  it('submits a request to be answered later, at its time', async () => {
    answers = [[202, job]];
    const wanted = { endpoint: '/v1/embeddings', body: Buffer.from('{}'), runAt: '2026-12-01T06:00:00Z', key: 'once' };
    await jobApi.submit(api, wanted);
    expect(received).toEqual([
      { route: 'POST /v1/embeddings', prefer: 'respond-async', runAt: '2026-12-01T06:00:00Z' },
    ]);
  });

  it('waits through an outage until the job has ended, and says by its status how', async () => {
    answers = [
      [200, job],
      [503, { error: { message: 'not now' } }],
      [200, failed],
    ];
    const ended = await wait();
    expect([ended.status, jobExitCode(ended), jobExitCode(job)]).toEqual(['failed', 2, 0]);
  });

  it('waits no longer than it may', async () => {
    await expect(wait(0.05)).rejects.toThrow('still queued');
  });

  it('gives the result as it is, failures too, and tells refusals from them', async () => {
    answers = [
      [429, 'as it was', { 'x-switchyard-job-request-id': 'req_1' }],
      [409, { error: { message: 'The job has no result yet' } }],
    ];
    expect(await jobApi.result(api, 'job_1')).toEqual({ status: 429, body: Buffer.from('as it was') });
    await expect(jobApi.result(api, 'job_1')).rejects.toThrow('no result yet');
  });

  it('lists by what is asked for', async () => {
    answers = [[200, { object: 'list', data: [job], first_id: 'job_1', last_id: 'job_1', has_more: false }]];
    const { data } = await jobApi.list(api, { status: 'queued', limit: '5' });
    expect(received[0]?.route).toBe('GET /v1/jobs?status=queued&limit=5');
    expect(describeJobs(data)).toContain('job_1  queued');
    expect(describeJobs([])).toBe('No jobs.');
    expect(describeJob(failed)).toContain('oops: it broke');
  });
});
