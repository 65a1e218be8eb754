/** Bencode (BEP 3), the coding of rtpengine's control protocol. */
export type Bencoded = string | number | Bencoded[] | { [key: string]: Bencoded };

export function encode(value: Bencoded): string {
  if (typeof value === 'number') return `i${value}e`;
  if (typeof value === 'string') return `${Buffer.byteLength(value)}:${value}`;
  if (Array.isArray(value)) return `l${value.map(encode).join('')}e`;
  // BEP 3 wants the keys sorted.
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `d${entries.map(([key, member]) => encode(key) + encode(member)).join('')}e`;
}

/** @throws Error when the text is not bencoded */
export function decode(bytes: Buffer): Bencoded {
  let at = 0;
  const until = (end: string) => {
    const stop = bytes.indexOf(end, at);
    if (stop < 0) throw new Error('bencoded text ends too early');
    const text = bytes.toString('latin1', at, stop);
    at = stop + 1;
    return text;
  };
  const value = (): Bencoded => {
    const type = String.fromCharCode(bytes[at] ?? 0);
    if (type === 'i') {
      at++;
      return Number(until('e'));
    }
    if (type === 'l' || type === 'd') {
      at++;
      const members: Bencoded[] = [];
      while (bytes[at] !== 0x65) {
        if (at >= bytes.length) throw new Error('bencoded text ends too early');
        members.push(value());
      }
      at++;
      if (type === 'l') return members;
      const pairs = members.flatMap((key, index) => (index % 2 ? [] : [[String(key), members[index + 1]!]]));
      return Object.fromEntries(pairs) as Bencoded;
    }
    const length = Number(until(':'));
    if (!(length >= 0 && at + length <= bytes.length)) throw new Error('bencoded text ends too early');
    at += length;
    return bytes.toString('utf8', at - length, at);
  };
  return value();
}
