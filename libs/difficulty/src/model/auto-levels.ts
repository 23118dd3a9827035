/**
 * What `model: "auto"` and its levels mean: a prompt whose score is at least the level's threshold goes to the strong model.
 * Since a score is a share of like traffic (see `DifficultyModel.score`), about 1 − threshold of it does: 20 % at "cheap",
 * 50 % at "balanced", 80 % at "best". How much of the gap between weak and strong that recovers is measured whenever a
 * model is trained (`DifficultyModel.facts.levels`), and told for the shipped one in docs/model-card-difficulty.md.
 */
export const AUTO_LEVELS = { cheap: 0.8, balanced: 0.5, best: 0.2 } as const;

/** A level of `auto`. */
export type AutoLevel = keyof typeof AUTO_LEVELS;
