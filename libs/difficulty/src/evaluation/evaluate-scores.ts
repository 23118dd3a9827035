import { strongQuality, weakQuality, type LabelledPrompt } from '../training/labelled-prompt.js';
import { GapRecovered, type Judged } from './gap-recovered.js';

/** How the prompts within one range of scores came out. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly prompts: number;
  readonly weakQuality: number;
  readonly strongQuality: number;
}

/** How good scores are at telling which prompts need the strong model. */
export interface GapReport {
  readonly prompts: number;
  readonly weakQuality: number;
  readonly strongQuality: number;
  /** Average performance gap recovered, see `GapRecovered`; absent where the strong model is no better. */
  readonly apgr?: number;
  /** By the share of prompts sent to the strong model ("0.2"): the share of the gap recovered. */
  readonly pgrAt: Readonly<Record<string, number>>;
  /** By the share of the gap recovered ("0.8"): the share of prompts that must go to the strong model. */
  readonly shareForPgr: Readonly<Record<string, number>>;
}

/** A report on all rows, on each group of them, and by range of scores. */
export interface DifficultyReport extends GapReport {
  readonly perGroup: Readonly<Record<string, GapReport>>;
  readonly calibration: readonly CalibrationBin[];
}

const SHARES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const TARGETS = [0.25, 0.5, 0.75, 0.8, 0.9, 0.95];
const BINS = 10;

/** Judges scores (one for each row, 0 to 1, higher = the strong model is needed more) against what happened. */
export function evaluateScores(rows: readonly LabelledPrompt[], scores: ArrayLike<number>): DifficultyReport {
  const judged = rows.map((row, index) => ({
    score: scores[index]!,
    weak: weakQuality(row),
    strong: strongQuality(row),
    group: row.group ?? 'all',
  }));
  const groups = Object.entries(Object.groupBy(judged, ({ group }) => group));
  return {
    ...reportOf(judged),
    perGroup: Object.fromEntries(groups.map(([group, members]) => [group, reportOf(members ?? [])])),
    calibration: calibrationOf(judged),
  };
}

function reportOf(judged: readonly Judged[]): GapReport {
  const recovered = new GapRecovered(judged);
  const apgr = recovered.average;
  return {
    prompts: judged.length,
    weakQuality: mean(judged.map(({ weak }) => weak)),
    strongQuality: mean(judged.map(({ strong }) => strong)),
    ...(apgr === undefined ? {} : { apgr }),
    pgrAt: tableOf(SHARES, (share) => recovered.at(share)),
    shareForPgr: tableOf(TARGETS, (target) => recovered.shareFor(target)),
  };
}

function tableOf(keys: readonly number[], value: (key: number) => number | undefined): Record<string, number> {
  const table: Record<string, number> = {};
  for (const key of keys) {
    const found = value(key);
    if (found !== undefined) table[String(key)] = found;
  }
  return table;
}

function calibrationOf(judged: readonly Judged[]): CalibrationBin[] {
  return Array.from({ length: BINS }, (_, bin) => {
    const members = judged.filter(({ score }) => Math.min(BINS - 1, Math.floor(score * BINS)) === bin);
    return {
      from: bin / BINS,
      to: (bin + 1) / BINS,
      prompts: members.length,
      weakQuality: mean(members.map(({ weak }) => weak)),
      strongQuality: mean(members.map(({ strong }) => strong)),
    };
  });
}

function mean(figures: readonly number[]): number {
  return figures.length === 0 ? 0 : figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}
