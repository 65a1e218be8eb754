/** What the tests of the transaction tables share. */
import type { FakeClock } from './fake-clock.js';

export const head = (method: string): string =>
  `Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1\r\nMax-Forwards: 70\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n` +
  `Call-ID: c\r\nCSeq: 1 ${method}\r\nContent-Length: 0\r\n\r\n`;

export const requestText = (method: string): string => `${method} sip:b@x SIP/2.0\r\n${head(method)}`;

/** Lets two minutes pass and notes each moment at which something is seen. */
export function timeline(
  clock: FakeClock,
  seen: () => string,
  state: () => string,
): [number, string, string][] {
  const moments: [number, string, string][] = [];
  for (let elapsed = 500; elapsed <= 120_000; elapsed += 500) {
    clock.pass(500);
    const effect = seen();
    if (effect !== '') moments.push([elapsed, effect, state()]);
  }
  return moments;
}
