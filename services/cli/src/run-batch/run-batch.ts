import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { BatchObject } from '#libs/contracts';
import type { ApiClient } from '../call-api/api-client.js';
import { CliError } from '../cli.error.js';
import { assertWritable } from '../file-problems.js';
import { fetchResults, resultPaths, type WrittenResults } from '../fetch-results/fetch-results.js';
import { followBatch, patiently, type Patience } from '../follow-batch/follow-batch.js';
import type { ProgressDisplay } from '../follow-batch/progress-display.js';
import { PromptFile } from '../read-prompts/prompt-file.js';

/** What to run. */
export interface RunRequest {
  readonly file: string;
  /** Undefined: what the file's first line says, or chat completions. */
  readonly endpoint?: string | undefined;
  readonly window: string;
  readonly promptField: string;
  readonly model?: string | undefined;
  readonly maxTokens?: number | undefined;
  readonly output?: string | undefined;
}

/** What running needs; `onCreated` hears the batch's id as soon as there is one. */
export interface RunParts {
  readonly api: ApiClient;
  readonly display: ProgressDisplay;
  readonly patience: Patience;
  readonly onCreated: (id: string) => void;
  /** Hears that from now on there may be one. */
  readonly onSubmitting: () => void;
  /** Seconds from the start of the batch until nobody waits for it any more. */
  readonly timeoutSeconds?: number | undefined;
}

/** Uploads a file (as it is, or its prompts as requests), runs it as a batch, and writes answers and errors to files. */
export async function runBatch(
  request: RunRequest,
  parts: RunParts,
): Promise<{ batch: BatchObject; files: WrittenResults }> {
  const { api, display } = parts;
  const file = await PromptFile.open(request.file, request);
  const paths = resultPaths(request.file, request.output);
  // Before anything is paid for.
  assertWritable(paths.output);
  await requireModel(api, request.model);
  const content = file.batchLines((bytes) => display.uploading(bytes, file.bytes));
  const { id: inputFileId } = await api.upload(basename(file.path), content);
  const wanted = { inputFileId, endpoint: file.endpoint, completionWindow: request.window };
  const key = randomUUID();
  parts.onSubmitting();
  const created = await patiently(() => api.createBatch(wanted, key), parts.patience).catch(async (error: unknown) => {
    // Nobody else knows of the file that was just uploaded.
    if (error instanceof CliError && !error.retryable) await api.deleteFile(inputFileId).catch(() => undefined);
    throw error;
  });
  parts.onCreated(created.id);
  const batch = await followBatch(created.id, parts);
  return { batch, files: await fetchResults(batch, paths, parts) };
}

/** Also finds out, before a long upload, whether the server and the key are there. */
async function requireModel(api: ApiClient, model: string | undefined): Promise<void> {
  const models = await api.models();
  if (model === undefined || models.includes(model)) return;
  throw new CliError(`There is no model "${model}". There is: ${models.slice(0, 20).join(', ')}.`);
}
