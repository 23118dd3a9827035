import { serviceNames } from '#libs/contracts';
import { permissionsOf } from '#libs/identities';
import { markdownTable } from './markdown-table.js';

/** Who may publish and subscribe on which subject of NATS, one row for each subject that any service may use. */
export function permissionTable(): string {
  const [publish, subscribe] = [new Map<string, string[]>(), new Map<string, string[]>()];
  for (const service of serviceNames) {
    const permissions = permissionsOf(service);
    for (const subject of permissions.publish) note(publish, subject, service);
    for (const allowed of permissions.subscribe) {
      const [subject = '', queue] = allowed.split(' ');
      note(subscribe, subject, queue === undefined ? service : `${service} (in turns)`);
    }
  }
  const subjects = [...new Set([...publish.keys(), ...subscribe.keys()])].toSorted();
  const everybody = serviceNames.length;
  const cell = (names: readonly string[] = []): string => (names.length === everybody ? 'all' : names.join(', '));
  return markdownTable(
    ['Subject', 'May publish', 'May subscribe'],
    subjects.map((subject) => [`\`${subject}\``, cell(publish.get(subject)), cell(subscribe.get(subject))]),
  );
}

function note(table: Map<string, string[]>, subject: string, who: string): void {
  table.set(subject, [...(table.get(subject) ?? []), who]);
}
