import { resolve } from 'node:path';
import type { ApiClient } from '../call-api/api-client.js';
import type { LearningDisplay } from './learning-display.js';
import { fitWarnings, labelWarnings, learningSummary, type LearningSummary } from './learning-summary.policy.js';
import type { CarryOut } from './learning-work.js';
import { assertCanWrite, readModel, writeModel } from './model-file.js';
import { readTrainingRows, type TrainingRows } from './training-rows.js';

/** What both commands are told. */
export interface LearningRequest {
  readonly data: string;
  readonly answeredBy: readonly string[];
  readonly seed: number;
  readonly folds: number;
}

/** What they work with. */
export interface LearningParts {
  readonly api: () => ApiClient;
  readonly display: LearningDisplay;
  readonly carryOut: CarryOut;
}

/** Trains a model on the rows and writes it to `out`. Throws `CliError`. */
export async function trainRouter(
  request: LearningRequest & { readonly out: string; readonly force?: boolean },
  parts: LearningParts,
): Promise<LearningSummary> {
  const { out, force = false, seed, folds } = request;
  assertCanWrite(out, force);
  const found = await rowsFor(request, parts);
  const { report, model } = await parts.carryOut({ kind: 'train', rows: found.rows, seed, folds }, (done) =>
    parts.display.advance('training', done),
  );
  if (model === undefined) throw new TypeError('training made no model');
  writeModel(out, model);
  const warnings = labelWarnings(found, request.answeredBy);
  return learningSummary(found, report, { measured: 'cross-validated', model: resolve(out), warnings });
}

/** Judges the model of a file (without one: that which Switchyard comes with) on the rows. Throws `CliError`. */
export async function evaluateRouter(
  request: LearningRequest & { readonly model?: string },
  parts: LearningParts,
): Promise<LearningSummary> {
  const model = readModel(request.model);
  const found = await rowsFor(request, parts);
  parts.display.advance('scoring', 0);
  const work = { kind: 'judge', rows: found.rows, model: model.toBytes() } as const;
  const { report } = await parts.carryOut(work, () => undefined);
  const warnings = [...labelWarnings(found, request.answeredBy), ...fitWarnings(model.facts, report)];
  const file = request.model === undefined ? null : resolve(request.model);
  return learningSummary(found, report, { measured: 'as given', model: file, warnings });
}

/** Judges what a model that is trained on such rows is worth on prompts that it has not seen. Throws `CliError`. */
export async function crossValidateRouter(request: LearningRequest, parts: LearningParts): Promise<LearningSummary> {
  const { seed, folds } = request;
  const found = await rowsFor(request, parts);
  const { report } = await parts.carryOut({ kind: 'cross-validate', rows: found.rows, seed, folds }, (done) =>
    parts.display.advance('cross-validating', done),
  );
  const warnings = labelWarnings(found, request.answeredBy);
  return learningSummary(found, report, { measured: 'cross-validated', model: null, warnings });
}

async function rowsFor({ data, answeredBy }: LearningRequest, { api, display }: LearningParts): Promise<TrainingRows> {
  let isTold = false;
  const onFeedback = (): void => {
    if (!isTold) display.say('Reading the feedback …');
    isTold = true;
  };
  const found = await readTrainingRows({ data, answeredBy, api, onFeedback });
  const left = found.withoutFeedback > 0 ? `; ${found.withoutFeedback} without feedback that counts are left out` : '';
  display.say(`${found.rows.length} rows${left}.`);
  return found;
}
