import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import t from 'tap';
import { type Program, startProgram } from '../../test/support/program.js';
import { openCaller } from './testing/caller.js';
import { greetingTone } from './voice.js';

const file = 'engine/phone-network/main.js';

function start(
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<Program<{ ready: true; udp: string }>> {
  const first = 30_000 + 2 * randomInt(10_000);
  return startProgram(file, ['--udp', '127.0.0.1:0', '--rtp-ports', `${first}-${first + 100}`, ...args], env);
}

t.test('takes calls when it says so, and ends them when it is ended', async t => {
  const secret = 'correct horse battery';
  const program = await start(['--username', 'gateway'], { RINGBRIDGE_PHONE_NETWORK_PASSWORD: secret });
  t.teardown(() => program.end());
  const [host, port] = program.ready.udp.split(':');
  const caller = await openCaller({ host: host!, port: Number(port) });
  t.teardown(() => caller.close());
  const { phone } = caller;
  const auth = { username: 'gateway', password: secret };
  const dialog = await caller.call('+821055500100', phone.sdp(), auth).answered;
  phone.connect(dialog.remote.sdp).mouth.speak();
  await phone.ear.tone(greetingTone.frequency);
  const hungUp = once(dialog, 'destroy');
  const exited = once(program.child, 'exit');
  program.child.kill('SIGTERM');
  await hungUp;
  t.same(await exited, [0, null]);
  t.notMatch(program.log(), secret);
});

t.test('ends with its parent', async t => {
  const program = await start();
  t.teardown(() => program.end());
  const exited = once(program.child, 'exit');
  program.child.stdin?.end();
  t.same(await exited, [0, null]);
});

t.test('says in one sentence what is wrong', async t => {
  const first = await start();
  t.teardown(() => first.end());
  for (const [args, sentence, env] of [
    [['--udp', first.ready.udp], /--udp/],
    [['--udp', 'nowhere'], /--udp must be HOST:PORT/],
    [['--rtp-ports', '10-20'], /--rtp-ports must be/],
    [['--max-calls', '0'], /--max-calls must be/],
    [['--address', 'localhost'], /--address must be an IP address/],
    [['--username', 'gateway'], /go together/],
    [['--username', 'a"b'], /--username must be/, { RINGBRIDGE_PHONE_NETWORK_PASSWORD: 'x' }],
    [['--nonsense'], /--nonsense/],
  ] as [string[], RegExp, Record<string, string>?][]) {
    const failure = await start(args, env).then(
      program => program.end().then(() => new Error('it started')),
      (error: Error) => error,
    );
    t.match(failure.message, 'ended with 2');
    t.match(failure.message.split('\n')[1], sentence);
    t.equal(failure.message.trim().split('\n').length, 2, 'one line');
  }
});
