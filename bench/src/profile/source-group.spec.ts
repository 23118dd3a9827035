import { describe, expect, it } from '@jest/globals';
import { sourceGroup } from './source-group.js';

const groupOf = (url: string, functionName = 'f') => sourceGroup({ url, functionName }, '/project/');

describe('sourceGroup', () => {
  it('tells packages, scoped ones too, by the innermost node_modules', () => {
    expect(groupOf('file:///project/node_modules/@nats-io/nats-core/lib/parser.js')).toEqual({
      owner: '@nats-io/nats-core',
      file: '@nats-io/nats-core/lib/parser.js',
    });
    expect(groupOf('file:///project/node_modules/pg/node_modules/split2/index.js').owner).toBe('split2');
  });

  it('tells our services and libs', () => {
    expect(groupOf('file:///project/dist/libs/messaging/src/messaging.js')).toEqual({
      owner: 'libs/messaging',
      file: 'libs/messaging/src/messaging.js',
    });
  });

  it('tells what has no source', () => {
    expect(groupOf('', '(garbage collector)').owner).toBe('garbage collection');
    expect(groupOf('', '(program)').owner).toBe('native code of the runtime');
    expect(groupOf('', 'writev').owner).toBe('built-in functions');
    expect(groupOf('node:internal/streams/writable').owner).toBe('node:internal/streams');
  });
});
