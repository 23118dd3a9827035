import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { isIP } from 'node:net';
import { Der } from './der.js';

/** A certificate and its private key, in PEM. */
export interface CertifiedKey {
  readonly certificate: string;
  readonly key: string;
}

/** Whom a certificate is for: `names` are host names and addresses under which a server is reached. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly names: readonly string[];
  readonly validDays: number;
}

const Identifier = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectKey: '2.5.29.14',
  keyUsage: '2.5.29.15',
  alternativeNames: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKey: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuthentication: '1.3.6.1.5.5.7.3.1',
  clientAuthentication: '1.3.6.1.5.5.7.3.2',
} as const;

const DAY_MILLISECONDS = 86_400_000;
/** Clocks of other machines may be behind. */
const BACKDATED_MILLISECONDS = 3_600_000;
/** Bits of a key usage (RFC 5280, 4.2.1.3): signs certificates and lists; signs handshakes. */
const SIGNS_CERTIFICATES = Der.bits(Buffer.of(0b0000_0110), 1);
const SIGNS_HANDSHAKES = Der.bits(Buffer.of(0b1000_0000), 7);

/** Makes an authority of one's own, for the certificates of one installation (ECDSA on P-256). */
export function makeAuthority(commonName: string, validDays: number): CertifiedKey {
  const { publicKey, privateKey } = newKeys();
  return certify(
    { commonName, names: [], validDays },
    { publicKey, privateKey, issuer: { commonName, publicKey, privateKey }, isAuthority: true },
  );
}

/** Makes a key and a certificate for it, signed by `authority`, for a server or a client of TLS. */
export function makeCertificate(authority: CertifiedKey, request: CertificateRequest): CertifiedKey {
  const certificate = new X509Certificate(authority.certificate);
  const issuer = {
    commonName: certificate.subject.replace(/^CN=/, ''),
    publicKey: certificate.publicKey,
    privateKey: createPrivateKey(authority.key),
  };
  return certify(request, { ...newKeys(), issuer, isAuthority: false });
}

interface Signing {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly issuer: { readonly commonName: string; readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly isAuthority: boolean;
}

function certify({ commonName, names, validDays }: CertificateRequest, signing: Signing): CertifiedKey {
  const now = Date.now();
  const algorithm = Der.sequence(Der.identifier(Identifier.ecdsaWithSha256));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const content = Der.sequence(
    Der.field(0, Der.integer(Buffer.of(2)), true),
    Der.integer(serial),
    algorithm,
    nameOf(signing.issuer.commonName),
    Der.sequence(
      Der.time(new Date(now - BACKDATED_MILLISECONDS)),
      Der.time(new Date(now + validDays * DAY_MILLISECONDS)),
    ),
    nameOf(commonName),
    subjectPublicKey(signing.publicKey),
    Der.field(3, Der.sequence(...extensionsOf(signing, names)), true),
  );
  const signature = sign('sha256', content, signing.issuer.privateKey);
  const certificate = Der.sequence(content, algorithm, Der.bits(signature));
  return {
    certificate: pem(certificate),
    key: signing.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function extensionsOf({ publicKey, issuer, isAuthority }: Signing, names: readonly string[]): Buffer[] {
  const always = [
    extension(Identifier.subjectKey, Der.octets(keyDigest(publicKey))),
    extension(Identifier.authorityKey, Der.sequence(Der.field(0, keyDigest(issuer.publicKey)))),
  ];
  if (isAuthority)
    return [
      ...always,
      extension(Identifier.basicConstraints, Der.sequence(Der.yes()), true),
      extension(Identifier.keyUsage, SIGNS_CERTIFICATES, true),
    ];
  const purposes = [Identifier.serverAuthentication, Identifier.clientAuthentication].map(Der.identifier);
  return [
    ...always,
    extension(Identifier.basicConstraints, Der.sequence(), true),
    extension(Identifier.keyUsage, SIGNS_HANDSHAKES, true),
    extension(Identifier.extendedKeyUsage, Der.sequence(...purposes)),
    ...(names.length === 0
      ? []
      : [extension(Identifier.alternativeNames, Der.sequence(...names.map(alternativeName)))]),
  ];
}

function extension(identifier: string, value: Buffer, isCritical = false): Buffer {
  return Der.sequence(Der.identifier(identifier), ...(isCritical ? [Der.yes()] : []), Der.octets(value));
}

function alternativeName(name: string): Buffer {
  if (isIP(name) === 4) return Der.field(7, Buffer.from(name.split('.').map(Number)));
  if (isIP(name) === 6)
    throw new Error(`a certificate for the IPv6 address ${name} is not made here: give a host name`);
  return Der.field(2, Buffer.from(name, 'ascii'));
}

function nameOf(commonName: string): Buffer {
  return Der.sequence(Der.set(Der.sequence(Der.identifier(Identifier.commonName), Der.text(commonName))));
}

function subjectPublicKey(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function keyDigest(key: KeyObject): Buffer {
  return createHash('sha1').update(subjectPublicKey(key)).digest();
}

function newKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
