import t from 'tap';
import { ApiClient } from './client.js';
import { Problem } from './problem.js';

interface Sent {
  url: string;
  init: RequestInit;
}

function setUp(answer: () => Promise<Response> | Response) {
  const sent: Sent[] = [];
  const times: number[] = [];
  let signedOut = 0;
  const api = new ApiClient({
    fetch: async (url, init) => {
      sent.push({ url: String(url), init: init! });
      return await answer();
    },
    language: () => 'ko',
    onSignedOut: () => {
      signedOut += 1;
    },
    onServerTime: time => times.push(time),
  });
  return { api, sent, times, signedOut: () => signedOut };
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

t.test(
  'requests that change something carry the header that guards against CSRF, the others do not',
  async t => {
    const { api, sent } = setUp(() => json(200, {}));
    await api.me();
    await api.setState('paused', 'lunch');
    await api.accept('a/b');
    const header = ({ init }: Sent) => new Headers(init.headers).get('X-Ringbridge');
    t.same(sent.map(header), [null, '1', '1']);
    t.equal(sent[1]?.init.body, '{"state":"paused","reason":"lunch"}');
    t.equal(sent[2]?.url, '/api/v1/interactions/a%2Fb/accept', 'an id cannot leave its place in the path');
    t.ok(sent.every(({ init }) => new Headers(init.headers).get('Accept-Language') === 'ko'));
    t.ok(
      sent.every(({ init }) => init.signal),
      'nothing is waited for without end',
    );
  },
);

t.test('a problem keeps the server’s code, sentence and field', async t => {
  const { api } = setUp(() =>
    json(422, { code: 'validation_failed', message: '확인해 주세요.', field: 'note' }),
  );
  await t.rejects(api.wrapUp('a', {}), {
    name: 'Problem',
    code: 'validation_failed',
    message: '확인해 주세요.',
    status: 422,
    field: 'note',
  });
});

t.test('an answer that is not the API’s is said to be unreadable', async t => {
  const { api } = setUp(() => new Response('<html>Bad gateway</html>', { status: 502 }));
  await t.rejects(api.me(), { code: 'unreadable', status: 502 });
  const other = setUp(() => new Response('<html>OK</html>', { status: 200 }));
  await t.rejects(other.api.me(), { code: 'unreadable' });
});

t.test('no answer: unreachable, or too late', async t => {
  const lost = setUp(() => Promise.reject(new TypeError('Failed to fetch')));
  await t.rejects(lost.api.me(), new Problem('unreachable'));
  const late = setUp(() => Promise.reject(new DOMException('timed out', 'TimeoutError')));
  await t.rejects(late.api.me(), new Problem('timeout'));
});

t.test('a session that is over is noticed, a wrong password is not taken for one', async t => {
  const over = setUp(() => json(401, { code: 'unauthorized', message: '' }));
  await t.rejects(over.api.setState('ready'));
  t.equal(over.signedOut(), 1);
  const wrong = setUp(() => json(401, { code: 'login_failed', message: '' }));
  await t.rejects(wrong.api.signIn('a@b.example', 'x'));
  t.equal(wrong.signedOut(), 0);
});

t.test('tells the server’s time', async t => {
  const { api, times } = setUp(() => json(200, {}, { date: 'Thu, 01 Jan 2026 00:00:05 GMT' }));
  await api.me();
  t.same(times, [Date.UTC(2026, 0, 1, 0, 0, 5)]);
});
