import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/**
 * The engine's DTLS certificate: self-signed, made at each start, shared by all its associations. Browsers trust it by
 * its fingerprint in SDP (RFC 8122), so nobody has to sign it; and since the fingerprint is known beforehand, an offer
 * can be written without the native library.
 */
export interface Certificate {
  certificatePem: string;
  keyPem: string;
  fingerprint: { algorithm: 'sha-256'; value: string };
}

const tag = {
  integer: 0x02,
  bits: 0x03,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
};
/** 1.2.840.10045.4.3.2, ecdsa-with-SHA256 (RFC 5758 3.2). */
const ecdsaWithSha256 = der(tag.sequence, der(tag.oid, Buffer.from('2a8648ce3d040302', 'hex')));
/** 2.5.4.3, commonName. */
const commonName = der(tag.oid, Buffer.from('550403', 'hex'));
const dayMs = 86_400_000;
const validDays = 3650;

export function makeCertificate(name: string): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  const who = der(
    tag.sequence,
    der(tag.set, der(tag.sequence, commonName, der(tag.utf8, Buffer.from(name)))),
  );
  const validity = der(tag.sequence, time(now - dayMs), time(now + validDays * dayMs));
  const serial = randomBytes(16);
  // Positive and without a leading zero byte, as DER wants it.
  serial[0] = ((serial[0] as number) & 0x3f) | 0x40;
  const body = der(
    tag.sequence,
    der(0xa0, der(tag.integer, Buffer.from([2]))),
    der(tag.integer, serial),
    ecdsaWithSha256,
    who,
    validity,
    who,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = der(tag.bits, Buffer.from([0]), sign('sha256', body, privateKey));
  const certificate = der(tag.sequence, body, ecdsaWithSha256, signature);
  const hash = createHash('sha256').update(certificate).digest('hex').toUpperCase();
  const lines = certificate.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return {
    certificatePem: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    fingerprint: { algorithm: 'sha-256', value: (hash.match(/../g) as string[]).join(':') },
  };
}

/** One DER element (X.690 8.1): tag, length, contents. */
function der(tagByte: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tagByte, content.length]), content]);
  const length = Buffer.from(content.length.toString(16).padStart(content.length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tagByte, 0x80 | length.length]), length, content]);
}

/** UTCTime up to 2049, GeneralizedTime from then on (RFC 5280 4.1.2.5). */
function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
  return digits < '2050'
    ? der(tag.utcTime, Buffer.from(digits.slice(2)))
    : der(tag.time, Buffer.from(digits));
}
