import type { ExportReport } from '#libs/merkle';

const SHOWN_FAULTS = 20;

/** What a verification found, for people. */
export function describeReport(report: ExportReport): string {
  const { organization, origin, size, verifiedEntries, withheldEntries, redactedEntries, removedEntries, faults } =
    report;
  return [
    `Log of ${organization} (${origin}): ${size} entries.`,
    `  ${verifiedEntries} entries are what was recorded.`,
    ...(withheldEntries > 0 ? [`  ${withheldEntries} are not shown here; their hashes are in place.`] : []),
    ...(redactedEntries > 0
      ? [`    ${redactedEntries} of these are shown in part, and nothing proves that part.`]
      : []),
    ...(removedEntries > 0
      ? [`  ${removedEntries} were removed when their time was over; their hashes are in place.`]
      : []),
    ...(report.unprovedRemovals > 0
      ? [`    Of ${report.unprovedRemovals} of these the record of it is removed or not shown here.`]
      : []),
    `  ${report.verifiedCheckpoints} signed checkpoints agree${newest(report)}.`,
    ...(report.passedCheckpoints > 0
      ? [
          `  ${report.passedCheckpoints} kept outside are of states within what is not shown, and could not be compared.`,
        ]
      : []),
    ...(faults.length === 0
      ? ['Whole.']
      : [`NOT WHOLE: ${faults.length === 1 ? 'one fault' : `${faults.length} faults`}.`]),
    ...faults.slice(0, SHOWN_FAULTS).map(({ sequence, reason }) => `  entry ${sequence}: ${reason}`),
    ...(faults.length > SHOWN_FAULTS ? ['  …'] : []),
  ].join('\n');
}

function newest({ newestCheckpoint: time }: ExportReport): string {
  return time === undefined ? '' : `, the newest of ${new Date(time).toISOString()}`;
}
