import Fastify from 'fastify';
import t from 'tap';
import { connect } from '../store/index.js';
import { answerErrors } from './errors.js';

t.test('a database that is away is told as such, not as our mistake', async t => {
  const sql = connect({ url: 'postgres://nobody@127.0.0.1:1/nowhere', max: 1 });
  t.teardown(() => sql.end());
  const app = Fastify();
  answerErrors(app);
  app.get('/', async () => await sql`select 1`);
  const answer = await app.inject({ url: '/', headers: { 'accept-language': 'ko' } });
  t.equal(answer.statusCode, 503);
  t.match(answer.json(), { code: 'unavailable', message: /잠시 후/ });
});

t.test('what nobody foresaw is told without our insides', async t => {
  const app = Fastify();
  answerErrors(app);
  app.get('/', async () => {
    throw new Error('password=hunter2 at /etc/secret');
  });
  const answer = await app.inject('/');
  t.equal(answer.statusCode, 500);
  t.match(answer.json(), { code: 'internal' });
  t.notMatch(answer.body, /hunter2|secret/);
});
