import { accessSync, constants, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { defaultDifficultyModel, DifficultyModel, UnreadableModel } from '#libs/difficulty';
import { CliError } from '../cli.error.js';

/** The model of a file, or without one the model that Switchyard comes with. Throws `CliError`. */
export function readModel(file: string | undefined): DifficultyModel {
  if (file === undefined) return defaultDifficultyModel();
  try {
    return DifficultyModel.load(readFileSync(file));
  } catch (error) {
    if (error instanceof UnreadableModel) throw new CliError(`${file}: ${error.message}`, { cause: error });
    throw new CliError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Asked before minutes of training: throws `CliError` where the result could not be written. */
export function assertCanWrite(file: string, mayReplace: boolean): void {
  if (existsSync(file) && !mayReplace)
    throw new CliError(`${file} is there already; name another file with --out, or pass --force.`);
  try {
    accessSync(dirname(resolve(file)), constants.W_OK);
  } catch (error) {
    throw new CliError(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Writes a model whole or not at all: an ingress that starts just now reads the old one or the new one. */
export function writeModel(file: string, bytes: Uint8Array): void {
  const beside = `${file}.${process.pid}.part`;
  try {
    writeFileSync(beside, bytes);
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new CliError(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
