import { describe, expect, it } from '@jest/globals';

import { findDebianArchive, writeAptSource } from './apt-source.policy.js';

const DEB822 = `Types: deb
# http://snapshot.example/archive/debian/20250520T000000Z
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;

describe('findDebianArchive', () => {
  it('reads the deb822 format and passes over the security archive', () => {
    expect(findDebianArchive([{ name: 'debian.sources', text: DEB822 }])).toEqual({
      uri: 'http://mirror.example/debian',
      signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
      trusted: false,
    });
  });

  it('reads the one-line format, with and without options', () => {
    const text = [
      '# deb http://old.example/debian bookworm main',
      'deb-src http://mirror.example/debian bookworm main',
      'deb [arch=amd64] https://packages.example/cloud cloud main',
      'deb [arch=amd64 signed-by=/etc/keys/debian.gpg] https://mirror.example/debian/ bookworm main contrib',
    ].join('\n');

    expect(findDebianArchive([{ name: 'sources.list', text }])).toEqual({
      uri: 'https://mirror.example/debian/',
      signedBy: '/etc/keys/debian.gpg',
      trusted: false,
    });
    expect(
      findDebianArchive([{ name: 'sources.list', text: 'deb http://a.example/debian sid main' }])?.signedBy,
    ).toBeUndefined();
  });

  it('passes over stanzas that are switched off', () => {
    const off = DEB822.replace('Types: deb deb-src', 'Enabled: no\nTypes: deb');

    expect(findDebianArchive([{ name: 'debian.sources', text: off }])).toBeUndefined();
  });

  it('keeps a key that is embedded in the stanza', () => {
    const key = '\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n -----END PGP PUBLIC KEY BLOCK-----';
    const text = `Types: deb\nURIs: http://mirror.example/debian\nSuites: trixie\nComponents: main\nSigned-By:${key}\n`;
    const source = findDebianArchive([{ name: 'debian.sources', text }]);

    expect(source?.signedBy).toBe(key);
    expect(source && writeAptSource(source, 'unstable')).toBe(
      `Types: deb\nURIs: http://mirror.example/debian\nSuites: unstable\nComponents: main\nSigned-By: ${key}\n`,
    );
  });

  it('takes the mirror list of a cloud image', () => {
    const text = 'Types: deb\nURIs: mirror+file:///etc/apt/mirrors/debian.list\nSuites: trixie\nComponents: main\n';

    expect(findDebianArchive([{ name: 'debian.sources', text }])?.uri).toBe(
      'mirror+file:///etc/apt/mirrors/debian.list',
    );
  });

  it('finds nothing on a system that is not Debian', () => {
    expect(
      findDebianArchive([{ name: 'sources.list', text: 'deb http://mirror.example/ubuntu noble main' }]),
    ).toBeUndefined();
  });
});
