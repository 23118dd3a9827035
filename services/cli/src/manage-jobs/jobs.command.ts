import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { JobObject } from '#libs/contracts';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ExitCode } from '../exit-code.js';
import { unwritable } from '../file-problems.js';
import { defaultPatience, patiently } from '../follow-batch/follow-batch.js';
import { describeJob, describeJobs, jobExitCode } from './describe-job.policy.js';
import { jobApi, type JobFilter } from './job-api.js';
import { waitForJob } from './wait-for-job.js';
import { positiveNumber } from '../positive-number.js';
import { readRequest } from '../request-file.js';

const HELP = `
Exit status: 0 all well · 1 wrong arguments, no connection, or not in time · 2 the job failed, expired or was cancelled

Example:
  switchyard jobs submit request.json --wait
  switchyard jobs submit request.json --endpoint /v1/embeddings --run-at 2026-12-01T06:00:00Z`;

type SubmitFlags = ConnectionFlags & { endpoint: string; runAt?: string; wait?: boolean };

/** `switchyard jobs …`; `exitWith` is told how the command ended. */
export function jobsCommand(exitWith: (code: number) => void): Command {
  const jobs = new Command('jobs').description('requests that are answered later').addHelpText('after', HELP);
  withConnection(jobs.command('list'))
    .description('show jobs, the newest first')
    .option('--status <status>', 'only those in this state, such as queued or failed')
    .option('--model <name>', 'only those of this model')
    .option('--endpoint <path>', 'only those to this address')
    .option('--limit <number>', 'at most so many, 1 to 100', '20')
    .option('--after <id>', 'those behind this job of the list')
    .action(async (flags: ConnectionFlags & JobFilter) => {
      const page = await jobApi.list(clientFrom(flags), flags);
      show(flags.json ? JSON.stringify(page) : describeJobs(page.data));
    });
  const one = (name: string, description: string): Command =>
    withConnection(jobs.command(name)).description(description).argument('<id>', 'id of the job (job_…)');
  one('show', 'show how a job stands').action(async (id: string, flags: ConnectionFlags) => {
    print(flags, await jobApi.read(clientFrom(flags), id));
  });
  one('cancel', 'cancel a job; a call that is under way is broken off').action(
    async (id: string, flags: ConnectionFlags) => {
      print(flags, await jobApi.cancel(clientFrom(flags), id));
    },
  );
  one('wait', 'wait until a job has ended')
    .option('--timeout <seconds>', 'no longer than this', positiveNumber)
    .action(async (id: string, flags: ConnectionFlags & { timeout?: number }) => {
      exitWith(await waitAndPrint(id, flags, flags.timeout));
    });
  one('result', 'write the answer of a job that has ended')
    .option('-o, --output <file>', 'where to write it (default: standard output)')
    .action(async (id: string, flags: ConnectionFlags & { output?: string }) => {
      const { status, body } = await jobApi.result(clientFrom(flags), id);
      if (flags.output === undefined) process.stdout.write(body);
      else await write(flags.output, body);
      exitWith(status < 400 ? ExitCode.ok : ExitCode.failedLines);
    });
  withConnection(jobs.command('submit'))
    .description('have the request in FILE answered later')
    .argument('<file>', 'the body of the request, as JSON')
    .option('--endpoint <path>', 'the address that the request is for', '/v1/chat/completions')
    .option('--run-at <time>', 'when it is to run, as an ISO time with its zone (default: at once)')
    .option('--wait', 'wait until it has ended')
    .action(async (file: string, flags: SubmitFlags) => {
      const { endpoint, runAt } = flags;
      const [api, wanted] = [
        clientFrom(flags),
        { endpoint, runAt, body: (await readRequest(file)).bytes, key: randomUUID() },
      ];
      const job = await patiently(() => jobApi.submit(api, wanted), defaultPatience);
      if (flags.wait) exitWith(await waitAndPrint(job.id, flags, undefined));
      else print(flags, job);
    });
  return jobs;
}

async function waitAndPrint(id: string, flags: ConnectionFlags, timeoutSeconds: number | undefined): Promise<number> {
  const onChange = (job: JobObject): void => {
    const place = job.queue_position ? `, ${job.queue_position} before it` : '';
    if (!flags.json) process.stderr.write(`  ${job.status}${place}\n`);
  };
  const job = await waitForJob(id, { api: clientFrom(flags), patience: defaultPatience, onChange, timeoutSeconds });
  print(flags, job);
  return jobExitCode(job);
}

async function write(file: string, body: Uint8Array): Promise<void> {
  await writeFile(file, body).catch((error: unknown) => {
    throw unwritable(file, error);
  });
}

function print(flags: ConnectionFlags, job: JobObject): void {
  show(flags.json ? JSON.stringify(job) : describeJob(job));
}

function show(text: string): void {
  process.stdout.write(`${text}\n`);
}
