import { describe, expect, it } from '@jest/globals';

import { compileConfiguration } from '../compile-configuration.js';

const fileWith = (oidc: string): string => `version: 1
providers: { toy: { kind: sim } }
models: [{ name: small, targets: [{ provider: toy, model: sim-small, price: { inputPerMillion: "1", outputPerMillion: "1" } }] }]
organizations:
  - { name: acme, projects: [{ name: web, keys: [{ name: ci, key: sk-of-the-file }] }] }
  - { name: other, projects: [{ name: lab }] }
signIn: { oidc: [${oidc}] }
`;
const issuer = (more = '', url = 'https://login.example.com'): string =>
  `{ name: corporate, issuer: "${url}", clientId: us${more} }`;

function reasonsOf(oidc: string): string {
  const result = compileConfiguration({
    text: fileWith(oidc),
    path: 'switchyard.yaml',
    folder: '/',
    environment: {},
    readFile: () => '',
    isFile: () => false,
  });
  return result.isValid ? '' : result.problems.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
}

describe('identity providers of the file', () => {
  it('are taken where all that they name is there', () => {
    const join =
      ', organizations: [acme], autoJoin: [{ organization: acme, project: web, role: viewer, claim: groups, value: x }]';
    expect(reasonsOf(issuer(join))).toBe('');
    expect(reasonsOf(issuer('', 'http://127.0.0.1:9999'))).toBe('');
  });

  it.each([
    ['two of one name', `${issuer()}, ${issuer()}`, /another issuer has this name already/],
    ['an organization that is not there', issuer(', organizations: [acmee]'), /names nothing that there is.*acme/],
    [
      'a role in a project that is not there',
      issuer(', autoJoin: [{ organization: acme, project: lab, role: viewer, claim: g, value: x }]'),
      /names nothing that there is/,
    ],
    [
      'a role where it does not vouch',
      issuer(', organizations: [acme], autoJoin: [{ organization: other, role: viewer, claim: g, value: x }]'),
      /none of the organizations that the issuer vouches for/,
    ],
    ['owners', issuer(', autoJoin: [{ organization: acme, role: owner, claim: g, value: x }]'), /signIn\.oidc/],
    ['no TLS', issuer('', 'http://login.example.com'), /https URL/],
    ['a host that begins like this machine', issuer('', 'http://localhost.evil.example'), /https URL/],
    ['a password in the address', issuer('', 'https://user:pass@login.example.com'), /https URL/],
    ['a field that nobody knows', issuer(', trustEmails: true'), /trustEmails/],
  ])('are refused with %s', (_what, oidc, words) => {
    expect(reasonsOf(oidc)).toMatch(words);
  });
});
