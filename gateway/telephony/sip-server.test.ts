import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { pino } from 'pino';
import t from 'tap';
import { sipServersUnderTest } from '../../test/support/sip-servers.js';
import { SipServer } from './sip-server.js';

const logger = pino({ level: 'silent' });

for (const sipServer of sipServersUnderTest()) {
  t.test(`the wrong secret on the ${sipServer.name} SIP server`, async t => {
    const { control } = await sipServer.start(t);
    const server = new SipServer({ ...control, secret: 'wrong' }, logger);
    t.teardown(() => server.stop());
    await t.rejects(server.start(), { name: 'SipServerError', message: /refuses the secret/ });
    t.notOk(server.connected());
  });
}

t.test('a SIP server that starts later', async t => {
  const [sipServer] = sipServersUnderTest();
  const { control } = await sipServer!.start(t);
  const placeholder = createServer().listen(0, '127.0.0.1');
  await once(placeholder, 'listening');
  const { port } = placeholder.address() as AddressInfo;
  placeholder.close();
  await once(placeholder, 'close');

  const server = new SipServer({ ...control, port }, logger);
  t.teardown(() => server.stop());
  const starting = server.start();
  const { connect } = await import('node:net');
  const late = createServer(socket => socket.pipe(connect(control.port, '127.0.0.1')).pipe(socket));
  t.teardown(() => late.close());
  late.listen(port, '127.0.0.1');
  await starting;
  t.ok(server.connected());
});

t.test('a secret that the protocol cannot carry', async t => {
  t.throws(() => new SipServer({ host: '127.0.0.1', port: 1, secret: 'a|b' }, logger), {
    name: 'SipServerError',
  });
});
