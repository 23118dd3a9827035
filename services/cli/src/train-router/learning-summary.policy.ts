import { AUTO_LEVELS, type DifficultyReport, type GapReport, type TrainingFacts } from '#libs/difficulty';
import type { TrainingRows } from './training-rows.js';

/** How good a model is at telling which of some prompts need the strong model. */
export interface GapFigures {
  readonly prompts: number;
  readonly weak_quality: number;
  readonly strong_quality: number;
  /** Null where the strong model is no better, so that there is no gap to recover. */
  readonly apgr: number | null;
}

/** What a level does on the rows: the share of prompts at or over its threshold, and of the gap that they bring. */
export interface LevelFigures {
  readonly threshold: number;
  readonly strong_share: number;
  readonly recovered: number | null;
}

/** What is printed with `--json`, and described without. */
export interface LearningSummary extends GapFigures {
  /** `cross-validated`: each prompt scored by a model that was trained without it. */
  readonly measured: 'cross-validated' | 'as given';
  /** The file of the model; null for the one that Switchyard comes with, or for none. */
  readonly model: string | null;
  readonly left_out: { readonly without_feedback: number };
  /** Rows labelled by feedback, by the target that answered. */
  readonly answered_by: Readonly<Record<string, number>>;
  readonly groups: Readonly<Record<string, GapFigures>>;
  readonly levels: Readonly<Record<string, LevelFigures>>;
  readonly calibration: readonly {
    readonly from: number;
    readonly to: number;
    readonly prompts: number;
    readonly weak_quality: number;
    readonly strong_quality: number;
  }[];
  readonly warnings: readonly string[];
}

/** Better than its own cross-validation by more than this, a model has probably seen the prompts. */
const SUSPICIOUS_GAIN = 0.04;

/** A report in the shape that is printed. */
export function learningSummary(
  { withoutFeedback, answeredBy }: TrainingRows,
  report: DifficultyReport,
  told: Pick<LearningSummary, 'measured' | 'model' | 'warnings'>,
): LearningSummary {
  return {
    ...told,
    ...gapFigures(report),
    left_out: { without_feedback: withoutFeedback },
    answered_by: answeredBy,
    groups: Object.fromEntries(Object.entries(report.perGroup).map(([group, found]) => [group, gapFigures(found)])),
    levels: Object.fromEntries(
      Object.entries(AUTO_LEVELS).map(([level, threshold]) => [level, levelFigures(report, threshold)]),
    ),
    calibration: report.calibration.map(({ from, to, prompts, weakQuality, strongQuality }) => ({
      from,
      to,
      prompts,
      weak_quality: weakQuality,
      strong_quality: strongQuality,
    })),
  };
}

/** What somebody who reads the figures has to know of the labels. */
export function labelWarnings({ answeredBy }: TrainingRows, chosen: readonly string[]): string[] {
  const targets = Object.entries(answeredBy);
  if (targets.length < 2 || chosen.length > 0) return [];
  const found = targets.map(([target, rows]) => `${target} (${rows})`).join(', ');
  return [
    `The feedback is on answers of several targets: ${found}. It is taken for how well a weak model answers; name that one with --answered-by.`,
  ];
}

/** Whether the rows may be those that the model learned from, as far as its own facts give it away. */
export function fitWarnings({ rows, apgr }: TrainingFacts, report: DifficultyReport): string[] {
  const isTooGood = Object.entries(report.perGroup).some(
    ([group, found]) => (found.apgr ?? 0) > (apgr[group] ?? Infinity) + SUSPICIOUS_GAIN,
  );
  if (!isTooGood && report.prompts !== rows) return [];
  return [
    'The model was probably trained on these very rows; then the figures say nothing of its worth. See --cross-validate.',
  ];
}

function gapFigures({ prompts, weakQuality, strongQuality, apgr }: GapReport): GapFigures {
  return { prompts, weak_quality: weakQuality, strong_quality: strongQuality, apgr: apgr ?? null };
}

/** The bins of the calibration begin at every threshold, so they tell it exactly. */
function levelFigures(
  { calibration, prompts, weakQuality, strongQuality }: DifficultyReport,
  threshold: number,
): LevelFigures {
  const above = calibration.filter(({ from }) => from >= threshold);
  const sent = above.reduce((sum, bin) => sum + bin.prompts, 0);
  const gain = above.reduce((sum, bin) => sum + bin.prompts * (bin.strongQuality - bin.weakQuality), 0);
  const gap = prompts * (strongQuality - weakQuality);
  return { threshold, strong_share: sent / prompts, recovered: gap > 0 ? gain / gap : null };
}
