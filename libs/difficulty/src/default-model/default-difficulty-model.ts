import { DifficultyModel } from '../model/difficulty-model.js';
import { DEFAULT_WEIGHTS } from './default-weights.js';

let loaded: DifficultyModel | undefined;

/**
 * The model that Switchyard comes with, see docs/model-card-difficulty.md; read once, in about a tenth of a second: ask for it when the process starts, not at the first call. It stands in a module
 * rather than in a file beside it, so that it is found from the sources, from dist and in an image alike.
 */
export function defaultDifficultyModel(): DifficultyModel {
  loaded ??= DifficultyModel.load(Buffer.from(DEFAULT_WEIGHTS, 'base64'));
  return loaded;
}
