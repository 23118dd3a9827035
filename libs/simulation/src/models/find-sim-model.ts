import { SIM_MODELS, type SimModel } from './sim-models.js';

/** A model by its full name, with the number from the name or its default (0 for models that take none). */
export interface FoundSimModel {
  readonly model: SimModel;
  readonly parameter: number;
}

const BY_NAME = new Map<string, FoundSimModel>(
  SIM_MODELS.map((model) => [model.name, { model, parameter: model.parameter?.fallback ?? 0 }]),
);

const WITH_PARAMETER = /^(sim-[a-z-]+)-(\d{1,6})$/;

/** Finds a model by name, e.g. `sim-small`, `sim-cut` or `sim-cut-3`; undefined for a name the sim provider lacks. */
export function findSimModel(name: string): FoundSimModel | undefined {
  const found = BY_NAME.get(name);
  if (found !== undefined) return found;
  const [, base, digits] = WITH_PARAMETER.exec(name) ?? [];
  const model = BY_NAME.get(base ?? '')?.model;
  if (model?.parameter === undefined) return undefined;
  const parameter = Number(digits);
  return parameter <= model.parameter.maximum ? { model, parameter } : undefined;
}
