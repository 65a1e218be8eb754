import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import t from 'tap';
import type { Trunk } from './dialplan/index.js';
import { answerStrangers } from './incoming.js';
import type { Inheritance } from './inheritance.js';
import type { RequestHandler, SipRequest, SipResponse, SrfClient } from './srf.js';
import type { TrunkCallers } from './trunks/index.js';

/** An INVITE that came while it is looked up who calls. */
function invited() {
  const handlers = new Map<string | symbol, RequestHandler>();
  const srf = new Proxy({} as SrfClient, {
    get: (_, method) => (handler: RequestHandler) => handlers.set(method, handler),
  });
  let known = (_trunk: Trunk | undefined): void => undefined;
  const trunk = new Promise<Trunk | undefined>(resolve => {
    known = resolve;
  });
  const done: string[] = [];
  answerStrangers({
    srf,
    callers: { trunkOf: () => trunk } as unknown as TrunkCallers,
    inheritance: {} as Inheritance,
    take: ({ name }) => done.push(name),
    logger: pino({ level: 'silent' }),
  });
  const request = Object.assign(new EventEmitter(), { uri: 'sip:a@b', source_address: '203.0.113.7' });
  const response = { send: (status: number) => done.push(String(status)) };
  handlers.get('invite')?.(request as unknown as SipRequest, response as unknown as SipResponse);
  return { request, known, done };
}

const settled = () => new Promise(resolve => setImmediate(resolve));

t.test('a call that is given up before it is known who calls is nobody’s', async t => {
  const { request, known, done } = invited();
  request.emit('cancel');
  known({ name: 'carrier' } as Trunk);
  await settled();
  t.same(done, []);
});

t.test('a trunk is taken, a stranger refused', async t => {
  for (const [trunk, result] of [
    [{ name: 'carrier' } as Trunk, 'carrier'],
    [undefined, '403'],
  ] as const) {
    const { known, done } = invited();
    known(trunk);
    await settled();
    t.same(done, [result]);
  }
});
