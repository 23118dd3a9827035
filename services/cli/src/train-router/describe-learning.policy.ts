import { percent, table } from '../text-table.policy.js';
import type { GapFigures, LearningSummary } from './learning-summary.policy.js';

/** A summary for people: what the scores are worth in all and by group, the levels, and what to mind. */
export function describeLearning(summary: LearningSummary): string {
  const { measured, groups, levels, calibration } = summary;
  const rows = [
    ['rows', 'prompts', 'weak', 'strong', 'APGR'],
    gapRow('all', summary),
    ...Object.entries(groups)
      .filter(([group]) => group !== 'all')
      .map(([group, figures]) => gapRow(group, figures)),
  ];
  const levelRows = [
    ['level', 'threshold', 'to the strong model', 'gap recovered'],
    ...Object.entries(levels).map(([level, { threshold, strong_share: share, recovered }]) => [
      `auto:${level}`,
      String(threshold),
      percent(share),
      recovered === null ? '–' : percent(recovered),
    ]),
  ];
  const bins = [
    ['score', 'prompts', 'weak', 'strong'],
    ...calibration.map(({ from, to, prompts, weak_quality: weak, strong_quality: strong }) => [
      `${from.toFixed(1)} to ${to.toFixed(1)}`,
      String(prompts),
      prompts === 0 ? '–' : percent(weak),
      prompts === 0 ? '–' : percent(strong),
    ]),
  ];
  const how =
    measured === 'cross-validated' ? 'Each prompt scored by a model trained without it:' : judge(summary.model);
  return [how, '', ...table(rows), '', ...table(levelRows), '', ...table(bins), ...remarks(summary)].join('\n');
}

/** How a trained model comes to decide; `file` is its absolute path. */
export function putInForce(file: string): string {
  return [
    `Written to ${file}. To put it in force, set this for ingress and start it again (npm start passes it on):`,
    `  SWITCHYARD_DIFFICULTY_MODEL=${file}`,
    'To go back, leave it out.',
  ].join('\n');
}

function judge(model: string | null): string {
  return `Scored by ${model ?? 'the model that Switchyard comes with'}:`;
}

function gapRow(name: string, { prompts, weak_quality: weak, strong_quality: strong, apgr }: GapFigures): string[] {
  return [name, String(prompts), percent(weak), percent(strong), apgr === null ? '–' : apgr.toFixed(3)];
}

function remarks({ apgr, left_out: { without_feedback: without }, warnings }: LearningSummary): string[] {
  return [
    '',
    'APGR: average performance gap recovered, 0.5 is random.',
    ...(apgr === null ? ['The strong model is no better on these rows, so there is no gap to recover.'] : []),
    ...(without > 0 ? [`Left out: ${without} rows without feedback that counts.`] : []),
    ...warnings.map((warning) => `Mind: ${warning}`),
  ];
}
