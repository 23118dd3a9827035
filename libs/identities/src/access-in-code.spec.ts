import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { MessageAccess, serviceNames, type ServiceName, type SubjectName } from '#libs/contracts';

const root = join(import.meta.dirname, '..', '..', '..');
const NOT_CODE = /\.(spec|fixture|contract)\.ts$/;
/** Subjects that are named by a lib on behalf of a service, or built by a function of the contracts. */
const BEHIND_A_LIB: Readonly<Partial<Record<ServiceName, readonly SubjectName[]>>> = {
  ingress: ['limitRecalled', 'requestEnded', 'payloadCaptured', 'payloadLost'],
  router: ['reply', 'requestEnded'],
  worker: ['reply', 'requestEnded', 'payloadCaptured', 'payloadLost'],
  jobs: ['requestEnded', 'limitRecalled'],
  control: ['topologyProvision'],
};
const PATTERN_NAMES: Readonly<Record<string, SubjectName>> = { replies: 'reply' };

function namedBy(service: ServiceName): Set<string> {
  const folder = join(root, 'services', service, 'src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !NOT_CODE.test(file),
  );
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8'));
  const names = texts.flatMap((text) =>
    [...text.matchAll(/\bSubject(?:Pattern)?\.([a-zA-Z]+)/g)].map(([, name = '']) => name),
  );
  return new Set(names.map((name) => PATTERN_NAMES[name] ?? name));
}

describe('the table of who may say and hear what', () => {
  it.each(serviceNames)('names for %s the subjects that its code names, no more and no fewer', (service) => {
    const { publishes, hears, takes, asks, answers } = MessageAccess[service];
    const granted = new Set<string>([...publishes, ...hears, ...takes, ...asks, ...answers]);
    const named = new Set([...namedBy(service), ...(BEHIND_A_LIB[service] ?? [])]);

    expect([...granted].toSorted()).toEqual([...named].toSorted());
  });

  it('has an answer for each question, by one service', () => {
    const asked = serviceNames.flatMap((service) => MessageAccess[service].asks);
    for (const subject of new Set(asked)) {
      if (subject === 'healthAsk' || subject === 'metricsAsk') continue;
      expect(serviceNames.filter((service) => MessageAccess[service].answers.includes(subject))).toHaveLength(1);
    }
  });
});
