import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { defaultDifficultyModel, DifficultyModel, UnreadableModel } from '#libs/difficulty';
import { CliError } from '../cli.error.js';
import { assertWritable, unreadable, unwritable } from '../file-problems.js';

/** The model of a file, or without one the model that Switchyard comes with. Throws `CliError`. */
export function readModel(file: string | undefined): DifficultyModel {
  if (file === undefined) return defaultDifficultyModel();
  try {
    return DifficultyModel.load(readFileSync(file));
  } catch (error) {
    if (error instanceof UnreadableModel) throw new CliError(`${file}: ${error.message}`, { cause: error });
    throw unreadable(file, error);
  }
}

/** Asked before minutes of training: throws `CliError` where the result could not be written. */
export function assertCanWrite(file: string, mayReplace: boolean): void {
  if (existsSync(file) && !mayReplace)
    throw new CliError(`${file} is there already; name another file with --out, or pass --force.`);
  assertWritable(file);
}

/** Writes a model whole or not at all: an ingress that starts just now reads the old one or the new one. */
export function writeModel(file: string, bytes: Uint8Array): void {
  const beside = `${file}.${process.pid}.part`;
  try {
    writeFileSync(beside, bytes);
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw unwritable(file, error);
  }
}
