import { describe, expect, it } from '@jest/globals';
import { buildRequestEnded } from '#libs/testing';
import type { FlatEntry } from './flat-entry.policy.js';
import { inFormat, TRAIL_FORMATS } from './formats.js';
import { readCef } from './read-cef.fixture.js';

const NASTY = 'a|b=c\\d"e,f\r\ngö\u2028CEF:0|forged|=\\n';
const event = buildRequestEnded({
  model: NASTY,
  endUser: NASTY,
  outcome: 'failed',
  error: { class: 'rate_limit', code: 'rate_limit_exceeded', message: NASTY, status: 429 },
});
const note = {
  noteId: 'note_0123456789',
  organization: 'demo',
  type: 'key.issued',
  actor: { kind: 'person', id: NASTY },
  subject: { kind: 'key', id: NASTY },
  happenedAt: 1_764_000_000_000,
};
const lineOf = (body: object, sequence: number, type: string) =>
  JSON.stringify({
    object: 'audit.entry',
    sequence,
    recorded_at: '2026-01-01T00:00:00.000Z',
    request_id: 'req_1',
    type,
    project: 'default',
    leaf_hash: 'AAAA',
    body: JSON.stringify(body),
  });
const lines = [
  JSON.stringify({ object: 'audit.withheld', from: 0, until: 1, nodes: [] }),
  lineOf(event, 1, 'request.failed'),
  lineOf(note, 2, 'key.issued'),
];

/** Reads CSV by the grammar of RFC 4180. */
function readCsv(text: string): string[][] {
  const rows = [...text.matchAll(/((?:"(?:[^"]|"")*"|[^,"\r\n]*)(?:,(?:"(?:[^"]|"")*"|[^,"\r\n]*))*)\r\n/g)];
  return rows.map(([, row = '']) =>
    [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
    ),
  );
}

describe('an export', () => {
  it('as CSV holds every value as it is', () => {
    const [head, first, second, ...rest] = readCsv(`${TRAIL_FORMATS.csv.head}${inFormat(TRAIL_FORMATS.csv, lines)}`);
    const column = (row: string[] | undefined, name: string) => row?.[head!.indexOf(name)];
    expect(rest).toEqual([]);
    expect([column(first, 'model'), column(first, 'body')]).toEqual([NASTY, JSON.stringify(event)]);
    expect([column(second, 'actor'), column(second, 'type')]).toEqual([NASTY, 'key.issued']);
  });

  it('as CSV has no formula in any cell', () => {
    const formula = lineOf({ ...event, model: '=HYPERLINK("http://x","y")' }, 3, 'request.failed');
    const [row] = readCsv(inFormat(TRAIL_FORMATS.csv, [formula]));
    expect(row).toContain(`'=HYPERLINK("http://x","y")`);
  });

  it('as CEF keeps one event on a line, whatever is in it, and gives every value back', () => {
    const text = inFormat(TRAIL_FORMATS.cef, lines);
    expect(text.split('\n')).toHaveLength(3);
    const [first, second] = text.trimEnd().split('\n').map(readCef);
    expect(first?.head.slice(0, 5)).toEqual(['CEF:0', 'Switchyard', 'Switchyard', '0.1.0', 'request.failed']);
    expect(first?.extension).toMatchObject({ cs2: NASTY, msg: JSON.stringify(event), reason: 'rate_limit_exceeded' });
    expect(second?.extension).toMatchObject({ suser: NASTY, externalId: 'demo/2' });
  });

  it('as OCSF has what the class API Activity requires, and the entry as raw data', () => {
    const [first, second] = inFormat(TRAIL_FORMATS.ocsf, lines)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({
      activity_id: 1,
      category_uid: 6,
      class_uid: 6_003,
      type_uid: 600_301,
      severity_id: 2,
      status_id: 2,
      time: event.endedAt,
      metadata: { version: '1.8.0', product: { vendor_name: 'Switchyard' }, uid: 'demo/1' },
      actor: { user: { name: 'ci' } },
      api: { operation: 'request.failed' },
      src_endpoint: { name: 'demo/default/ci' },
      raw_data: JSON.stringify(event),
    });
    expect(second).toMatchObject({ activity_id: 1, actor: { user: { name: NASTY } }, resources: [{ name: NASTY }] });
  });

  it('names whom data went to', () => {
    const seen: FlatEntry[] = [];
    inFormat({ contentType: '', head: '', write: (entry) => (seen.push(entry), '') }, lines);
    expect(seen[0]?.targets).toEqual(['main/gpt-4.1-mini']);
  });
});
