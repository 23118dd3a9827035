import type { FlatEntry } from './flat-entry.policy.js';

const VERSION = '0.1.0';
const ORDINARY = 3;
const NOTABLE = 6;

/** One event of ArcSight's Common Event Format, version 0 (implementation standard of 2023), on a line of its own. */
export function cefLine(entry: FlatEntry): string {
  const severity = entry.errorCode === '' ? ORDINARY : NOTABLE;
  const head = ['CEF:0', 'Switchyard', 'Switchyard', VERSION, entry.type, nameOf(entry), String(severity)];
  const extension = Object.entries(extensionOf(entry))
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}=${inExtension(value)}`);
  return `${head.map((part, place) => (place === 0 ? part : inHead(part))).join('|')}|${extension.join(' ')}\n`;
}

function nameOf({ type, subject }: FlatEntry): string {
  return `${type} ${subject}`;
}

function extensionOf(entry: FlatEntry): Record<string, string> {
  return {
    externalId: `${entry.organization}/${entry.sequence}`,
    rt: String(entry.time),
    suser: entry.actor,
    outcome: entry.outcome,
    reason: entry.errorCode,
    cs1Label: 'project',
    cs1: entry.project,
    cs2Label: 'subject',
    cs2: entry.subject,
    cs3Label: 'targets',
    cs3: entry.targets.join(' '),
    cs4Label: 'leafHash',
    cs4: entry.leafHash,
    cs5Label: 'id',
    cs5: entry.id,
    msg: entry.body,
  };
}

/** A head cannot hold a line end at all; one becomes a space, so that no value can begin an event of its own. */
function inHead(text: string): string {
  return text.replaceAll(/[\\|]/g, String.raw`\$&`).replaceAll(/[\r\n\u0085\u2028\u2029]+/g, ' ');
}

function inExtension(text: string): string {
  return text
    .replaceAll(/[\\=]/g, String.raw`\$&`)
    .replaceAll('\r', String.raw`\r`)
    .replaceAll('\n', String.raw`\n`);
}
