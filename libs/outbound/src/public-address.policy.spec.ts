import { describe, expect, it } from '@jest/globals';
import { assert, ipV4, property } from 'fast-check';
import { isPublicAddress } from './public-address.policy.js';

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  unspecified: ['0.0.0.0', '0.1.2.3', '::'],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1'],
  'link-local': ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'fec0::1'],
  'shared by carriers': ['100.64.0.1', '100.127.255.255', '100.100.100.200'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  broadcast: ['255.255.255.255'],
  reserved: ['240.0.0.1', '192.0.0.192', '5f00::1', '4000::1', '100::1'],
  documentation: ['192.0.2.1', '198.51.100.7', '203.0.113.9', '2001:db8::1', '3fff::1'],
  benchmarking: ['198.18.0.1', '198.19.255.255', '2001:2::1'],
  'IPv4-mapped': ['::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:a00:1'],
  'IPv4-compatible': ['::127.0.0.1', '::7f00:1'],
  'IPv4-translated': ['::ffff:0:10.0.0.1'],
  NAT64: ['64:ff9b::10.0.0.1', '64:ff9b::808:808', '64:ff9b:1::a00:1'],
  '6to4': ['2002:7f00:1::', '2002:a00:1::1'],
  Teredo: ['2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  'inside of a cloud': ['168.63.129.16'],
  'no address': ['', 'localhost', '1.2.3.4.5', ':::'],
};

describe('a public address', () => {
  for (const [kind, addresses] of Object.entries(REFUSED)) {
    it(`is none of those that are ${kind}`, () => {
      expect(addresses.filter(isPublicAddress)).toEqual([]);
    });
  }

  it('is one that the internet routes', () => {
    const routed = [
      '1.1.1.1',
      '8.8.8.8',
      '172.32.0.1',
      '100.128.0.1',
      '169.253.0.1',
      '2606:4700:4700::1111',
      '2a00::1',
    ];
    expect(routed.filter(isPublicAddress)).toEqual(routed);
  });

  it('is never one with an IPv4 address inside, whatever that is', () => {
    assert(
      property(ipV4(), (inner) => {
        const wrapped = [`::ffff:${inner}`, `::${inner}`, `64:ff9b::${inner}`, `::ffff:0:${inner}`];
        expect(wrapped.filter(isPublicAddress)).toEqual([]);
      }),
    );
  });
});
