import { describe, expect, it } from '@jest/globals';
import { BUILT_IN_CLASSES } from '#libs/contracts';
import { detectorOf } from './detect.js';
import { measureQuality } from './quality.fixture.js';

const detect = detectorOf(BUILT_IN_CLASSES);
const foundIn = (text: string) =>
  detect(text).map(({ start, end, class: name }) => `${name}: ${text.slice(start, end)}`);

describe('detectors', () => {
  it.each([
    ['Schreib an max.müller@firma.de!', 'email: max.müller@firma.de'],
    ['<bob+x@mail.example.co.uk>', 'email: bob+x@mail.example.co.uk'],
    ['pay 4111-1111-1111-1111 now', 'card: 4111-1111-1111-1111'],
    ['amex 3782 822463 10005.', 'card: 3782 822463 10005'],
    ['IBAN: GB29 NWBK 6016 1331 9268 19, thanks', 'iban: GB29 NWBK 6016 1331 9268 19'],
    ['DE89370400440532013000', 'iban: DE89370400440532013000'],
    ['my ssn is 123-45-6789', 'national_id: 123-45-6789'],
    ['DNI 12345678Z', 'national_id: 12345678Z'],
    ['codice RSSMRA85T10A562S', 'national_id: RSSMRA85T10A562S'],
    ['Steuer-ID 86095742719', 'national_id: 86095742719'],
    ['CPF 529.982.247-25', 'national_id: 529.982.247-25'],
    ['Aadhaar 2341 2341 2346', 'national_id: 2341 2341 2346'],
    ['from 10.20.30.40:443', 'ip_address: 10.20.30.40'],
    ['from [2001:db8::8a2e:370:7334]:80', 'ip_address: 2001:db8::8a2e:370:7334'],
    ['call (415) 555-2671', 'phone: (415) 555-2671'],
    ['Tel.: 089/1234567', 'phone: 089/1234567'],
    ['+33 6 12 34 56 78', 'phone: +33 6 12 34 56 78'],
    ['key AKIAIOSFODNN7EXAMPL2 leaked', 'secret: AKIAIOSFODNN7EXAMPL2'],
    ['password = hunter2hunter', 'secret: hunter2hunter'],
  ])('find what is in %j', (text, expected) => {
    expect(foundIn(text)).toEqual([expected]);
  });

  it.each([
    'version 10.2.30.4 of the tool',
    'order 4111111111111112',
    'DE89370400440532013001',
    '2026-03-01 at 12:30:45 and 01.03.2026',
    'a@b and @someone and x@y.',
    'std::vector<face::dead>',
    'commit 3f786850e387550fdab836ed7e6dc881de23001b',
    'the password: must be long',
    '550e8400-e29b-41d4-a716-446655440000',
    '1,234,567,890.00',
    '000-12-3456',
    'localhost 127.0.0.1 or ::1',
  ])('find nothing in %j', (text) => {
    expect(foundIn(text)).toEqual([]);
  });

  it('cannot be switched off by a comment within the text', () => {
    expect(foundIn('// secretlint-disable\n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')).toHaveLength(1);
  });

  it('take time in proportion to the text, whatever stands in it', () => {
    for (const hard of [
      '1 '.repeat(50_000),
      'a@'.repeat(50_000),
      '+1(2'.repeat(25_000),
      'AB12 '.repeat(20_000),
      'a'.repeat(100_000),
    ]) {
      const began = performance.now();
      detect(hard);
      expect(performance.now() - began).toBeLessThan(10_000);
    }
  });

  it('keep their precision and recall on the labelled texts', () => {
    for (const { class: name, precision, recall, labels } of measureQuality(2_000)) {
      expect([name, labels > 100, precision >= 0.98, recall >= 0.8]).toEqual([name, true, true, true]);
    }
  });
});
