import { EventEmitter, once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { EslConnection, type EslEvent } from './esl-connection.js';
import { EslFraming } from './esl-framing.js';

const reply = (text: string) => `Content-Type: command/reply\nReply-Text: ${text}\n\n`;
const response = (body: string) =>
  `Content-Type: api/response\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}`;
const json = (event: object) => {
  const body = JSON.stringify(event);
  return `Content-Length: ${Buffer.byteLength(body)}\nContent-Type: text/event-json\n\n${body}`;
};

/** An event socket that says what a test has it say. `commands` are what came, one each. */
async function eventSocket(t: Test, answer: (command: string, socket: Socket) => void) {
  const commands: string[] = [];
  const server = createServer(socket => {
    socket.write('Content-Type: auth/request\n\n');
    let rest = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n\n');
      rest = parts.pop() ?? '';
      for (const command of parts) {
        commands.push(command);
        if (command.startsWith('auth '))
          socket.write(reply(command === 'auth right' ? '+OK accepted' : '-ERR invalid'));
        else answer(command, socket);
      }
    });
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  const events: EslEvent[] = [];
  const ending = new EventEmitter<{ closed: [] }>();
  const gone = once(ending, 'closed');
  const open = async (password = 'right') => {
    const connection = await EslConnection.open(
      { host: '127.0.0.1', port, password },
      { event: event => events.push(event), closed: () => ending.emit('closed') },
    );
    t.teardown(() => connection.close());
    return connection;
  };
  return { commands, events, gone, open };
}

t.test('messages are cut out of the stream wherever it is broken', async t => {
  const stream = Buffer.from(`${reply('+OK')}${response('a\n\nb ü')}${json({ 'Event-Name': 'DTMF' })}`);
  for (const size of [1, 7, stream.length]) {
    const framing = new EslFraming();
    const messages = [];
    for (let at = 0; at < stream.length; at += size)
      messages.push(...framing.push(stream.subarray(at, at + size)));
    t.same(
      messages.map(({ headers, body }) => [headers.get('content-type'), body]),
      [
        ['command/reply', ''],
        ['api/response', 'a\n\nb ü'],
        ['text/event-json', '{"Event-Name":"DTMF"}'],
      ],
    );
  }
});

t.test('a stream that is none of an event socket is given up', async t => {
  for (const stream of ['x'.repeat(70_000), 'Content-Length: 99999999999\n\n', 'Content-Length: -1\n\n'])
    t.throws(() => [...new EslFraming().push(Buffer.from(stream))], { name: 'EslFramingError' });
});

t.test('commands are answered in order, events come between', async t => {
  const { open, events } = await eventSocket(t, (command, socket) => {
    socket.write(json({ 'Event-Name': 'HEARTBEAT', about: command }));
    socket.write(response(`${command}!`));
  });
  const connection = await open();
  t.same(await Promise.all(['one', 'two', 'three'].map(command => connection.api(command))), [
    'api one!',
    'api two!',
    'api three!',
  ]);
  t.equal(events.length, 3);
  t.equal(events[0]?.about, 'api one');
});

t.test('a refusal is an error where it must not be one', async t => {
  const { open } = await eventSocket(t, (_command, socket) =>
    socket.write(response('-ERR No such channel!\n')),
  );
  const connection = await open();
  t.equal(await connection.api('uuid_bridge a b'), '-ERR No such channel!\n');
  await t.rejects(connection.mustApi('uuid_bridge a b'), { code: 'bad_request', message: /uuid_bridge/ });
});

t.test('a wrong password, and nobody there, are told by name', async t => {
  const { open } = await eventSocket(t, () => undefined);
  await t.rejects(open('wrong'), { code: 'bad_request' });
  const nobody = EslConnection.open(
    { host: '127.0.0.1', port: 1, password: '' },
    { event: () => undefined, closed: () => undefined },
  );
  await t.rejects(nobody, { code: 'engine_unavailable', message: /ECONNREFUSED/ });
});

t.test('what is open when it ends is rejected, and what comes later, too', async t => {
  const { open, gone } = await eventSocket(t, (_command, socket) => socket.destroy());
  const connection = await open();
  await t.rejects(connection.api('status'), { code: 'engine_unavailable' });
  await gone;
  t.notOk(connection.alive);
  await t.rejects(connection.api('status'), { code: 'engine_unavailable' });
});

t.test('nothing that is said on can become a command of its own', async t => {
  const { open, commands } = await eventSocket(t, (_command, socket) => socket.write(reply('+OK')));
  const connection = await open();
  t.throws(() => connection.api('status\n\napi shutdown'), { code: 'bad_request' });
  await t.rejects(connection.execute('uuid', 'playback', '/a.wav\n\napi shutdown', 'job'), {
    code: 'bad_request',
  });
  await t.rejects(connection.tell('uuid', { 'eavesdrop-command': '1\nx: y' }), { code: 'bad_request' });
  t.same(commands, ['auth right']);
});
