import { EventEmitter } from 'node:events';
import t from 'tap';
import { collectDigits, TypeAhead } from './collect.js';
import type { Endpoint, PlayEnd, PlayOptions } from './port.js';

/** An endpoint whose keys are pressed by the test and whose prompt lasts until it says so. Engines: conformance. */
class Keypad extends EventEmitter {
  prompts = 0;
  #over: ((end: PlayEnd) => void) | undefined;

  get endpoint(): Endpoint {
    return this as unknown as Endpoint;
  }

  press(...digits: string[]): void {
    for (const digit of digits) {
      this.emit('digit', { digit, durationMs: 100 });
      this.#over?.({ reason: 'digit', digit });
    }
  }

  promptEnds(): void {
    this.#over?.({ reason: 'finished' });
  }

  async play(source: { file?: string }, options: PlayOptions): Promise<PlayEnd> {
    if (source.file !== undefined) throw new Error('no such file');
    this.prompts++;
    return new Promise(resolve => {
      this.#over = resolve;
      options.signal?.addEventListener('abort', () => resolve({ reason: 'stopped' }));
    });
  }

  listening(): number {
    return this.listenerCount('digit') + this.listenerCount('lost');
  }
}

const prompt = { tone: 'beep' } as const;
const patient = { firstDigitMs: 60_000, interDigitMs: 60_000 };
const hasty = { firstDigitMs: 10, interDigitMs: 10 };

t.test('digits end by their number, or by a terminator that is no part of them', async t => {
  const keypad = new Keypad();
  const four = collectDigits(keypad.endpoint, { prompt, maxDigits: 4, ...patient });
  keypad.press('1', '2', '3', '4', '5');
  t.same(await four, { digits: '1234', reason: 'complete' });
  const ended = collectDigits(keypad.endpoint, { maxDigits: 9, terminators: '#*', ...patient });
  keypad.press('7', '8', '#');
  t.same(await ended, { digits: '78', reason: 'terminator', terminator: '#' });
  t.equal(keypad.listening(), 0, 'nothing is left listening');
});

t.test(
  'the first digit has its time from the end of the prompt on, the others from the last one',
  async t => {
    const keypad = new Keypad();
    const none = collectDigits(keypad.endpoint, { prompt, maxDigits: 4, ...hasty });
    keypad.promptEnds();
    t.same(await none, { digits: '', reason: 'first_digit_timeout' });
    const some = collectDigits(keypad.endpoint, { prompt, maxDigits: 4, ...hasty, firstDigitMs: 60_000 });
    keypad.press('1');
    t.same(await some, { digits: '1', reason: 'inter_digit_timeout' });
  },
);

t.test('what was pressed ahead counts, and spares the prompt', async t => {
  const keypad = new Keypad();
  const typeAhead = new TypeAhead(keypad.endpoint);
  keypad.press('1', '2', '3');
  t.equal(typeAhead.waiting, '123');
  const request = { prompt, typeAhead, ...patient };
  t.same(await collectDigits(keypad.endpoint, { ...request, maxDigits: 1 }), {
    digits: '1',
    reason: 'complete',
  });
  t.equal(typeAhead.waiting, '23', 'the rest waits for the next question');
  const next = collectDigits(keypad.endpoint, { ...request, maxDigits: 3 });
  keypad.press('4', '5');
  t.same(await next, { digits: '234', reason: 'complete' });
  t.equal(keypad.prompts, 0);
  t.equal(typeAhead.waiting, '5');
  typeAhead.clear();
  t.equal(typeAhead.waiting, '');
  keypad.press(...'9'.repeat(100));
  t.equal(typeAhead.waiting.length, 64, 'a flood is bounded');
  typeAhead.close();
  t.equal(keypad.listening(), 0);
});

t.test('aborting, a lost leg and a prompt that cannot be played end it by name', async t => {
  const keypad = new Keypad();
  const abort = new AbortController();
  const aborted = collectDigits(keypad.endpoint, { prompt, maxDigits: 4, ...patient, signal: abort.signal });
  keypad.press('1');
  abort.abort(new Error('the caller hung up'));
  await t.rejects(aborted, { message: 'the caller hung up' });
  await t.rejects(collectDigits(keypad.endpoint, { maxDigits: 1, ...patient, signal: abort.signal }));
  const lost = collectDigits(keypad.endpoint, { prompt, maxDigits: 4, ...patient });
  keypad.press('1');
  keypad.emit('lost', 'rtp_timeout');
  t.same(await lost, { digits: '1', reason: 'lost' });
  const failing = collectDigits(keypad.endpoint, { prompt: { file: '/x.wav' }, maxDigits: 4, ...patient });
  await t.rejects(failing, { message: 'no such file' });
  t.equal(keypad.listening(), 0);
});
