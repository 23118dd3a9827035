import { readFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { SettingsError } from '#libs/config';
import { defaultDifficultyModel, DifficultyModel } from '#libs/difficulty';
import { Settings } from '#libs/runtime';

const REMEDY =
  'Name a file that "switchyard router train" wrote, or leave the variable out for the model that is built in.';

/**
 * How hard prompts look, by the organization's own model or the one that is built in. It is read in as soon as the process
 * starts, which takes about a tenth of a second that no caller shall wait for.
 */
@Injectable()
export class PromptDifficulty {
  private readonly model: DifficultyModel;

  /** @throws SettingsError, which refuses the start, where the file is no model. */
  constructor({ difficultyModel: file }: Settings) {
    this.model = file === undefined ? defaultDifficultyModel() : readModel(file);
  }

  /** From 0 (a weak model will do) to 1 (a strong one is needed). */
  of(text: string): number {
    return this.model.score(text);
  }
}

function readModel(file: string): DifficultyModel {
  try {
    return DifficultyModel.load(readFileSync(file));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SettingsError([`SWITCHYARD_DIFFICULTY_MODEL names ${file}. ${reason} ${REMEDY}`]);
  }
}
