import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { writeNatsConfiguration } from './nats-configuration.policy.js';

const local = { port: 4222, storeFolder: '/home/store', maxPayloadBytes: 1, maxPendingBytes: 1 };
const DEPLOYED = new URL('../../../../deploy/nats/nats.conf', import.meta.url);
/** What nats-server opens besides the port for clients. */
const OTHER_DOORS = /^\s*(https?|http_port|monitor_port|leafnodes|websocket|mqtt|gateway|cluster|prof_port|profile)\b/m;

describe('the configuration of a nats-server', () => {
  it('opens no other door than that for clients, and that one to this machine alone', () => {
    const text = writeNatsConfiguration(local);
    expect(text).not.toMatch(OTHER_DOORS);
    expect(text).toContain('host: "127.0.0.1"\nport: 4222\n');
  });

  it('has its monitor, which asks nobody for a key, for this machine alone where it has one', () => {
    const doors = (text: string): string[] => text.split('\n').filter((line) => OTHER_DOORS.test(line));
    expect(doors(writeNatsConfiguration({ ...local, monitoringPort: 8222 }))).toEqual(['http: "127.0.0.1:8222"']);
    expect(doors(readFileSync(DEPLOYED, 'utf8'))).toEqual(['http: "127.0.0.1:8222"']);
  });
});
