import { EventEmitter, once } from 'node:events';
import { basename } from 'node:path';
import pino from 'pino';
import t, { type Test } from 'tap';
import { overflow } from '../acd/queue-limits.js';
import { Floor } from '../acd/testing/floor.js';
import type { Endpoint, PlayOptions, PlaySource } from '../media/index.js';
import { PromptFiles } from '../prompts/index.js';
import { Announcements } from '../store/index.js';
import { type WaitingOptions, WaitingSound } from './waiting-sound.js';

/** An endpoint that plays nothing and tells what it was asked for: a clip is over at once, what is endless when it is cut. */
class Player extends EventEmitter<{ played: [string[]]; digit: [{ digit: string }] }> {
  readonly heard: string[][] = [];

  async play(source: PlaySource | readonly PlaySource[], { times, signal }: PlayOptions = {}) {
    const sources = Array.isArray(source) ? source : [source];
    const clips = sources.map(one => ('file' in one ? basename(one.file, '.wav') : JSON.stringify(one)));
    this.heard.push(clips);
    this.emit('played', clips);
    if (times !== 'forever') return { reason: 'finished' };
    if (!signal?.aborted) await once(signal!, 'abort');
    return { reason: 'stopped' };
  }

  /** Resolves when so much has been played in all. */
  async until(count: number): Promise<string[][]> {
    while (this.heard.length < count) await once(this, 'played');
    return this.heard;
  }
}

async function hall(t: Test) {
  const f = await Floor.open(t);
  const logger = pino({ level: 'silent' });
  const announcements = new Announcements(f.sql, error => t.fail(String(error)));
  await announcements.start();
  t.teardown(() => announcements.stop());
  const prompts = new PromptFiles({ sql: f.sql, promptsDir: 'prompts', promptCacheDir: t.testdir() });
  const parts = { sql: f.sql, announcements, prompts, logger };
  /** A customer on the line. */
  async function wait(options: WaitingOptions, request: Parameters<Floor['request']>[0] = {}) {
    const { id } = await f.request(request);
    await f.sql`update interactions set customer_live_since = now(), node_id = ${f.nodeId} where id = ${id}`;
    const player = new Player();
    const sound = new WaitingSound(
      parts,
      { id, tenantId: f.tenantId },
      player as unknown as Endpoint,
      options,
    );
    const over = sound.run();
    return { id, player, sound, over };
  }
  return { f, wait };
}

t.test('who has just come is welcomed, told how he stands and what he may press; then music', async t => {
  const { f, wait } = await hall(t);
  await f.staff();
  const first = await f.request();
  await f.sql`update interactions set customer_live_since = now() where id = ${first.id}`;
  const { id, player, sound, over } = await wait({
    welcome: [{ prompt: 'all-agents-busy' }],
    choices: [{ prompt: 'press-2-for-callback' }],
    keys: '2',
  });
  t.match(await player.until(2), [['all-agents-busy', 'you-are-number'], ['hold-music-1']]);
  t.equal(player.heard[0]?.at(-1), 'press-2-for-callback');
  const [event] = await f.sql<{ data: Record<string, unknown> }[]>`
    select data from events where interaction_id = ${id} and type = 'announced'`;
  t.match(event?.data, { heard: /두 번째.*예상 대기 시간은 .*2번을/, place: 2, waitSeconds: 240 });
  const told = await f.sql`select seconds from told_waits where interaction_id = ${id}`;
  t.match(told, [{ seconds: 240 }], 'and it is compared with what comes of it');
  player.emit('digit', { digit: '7' });
  player.emit('digit', { digit: '2' });
  t.equal(await over, '2', 'only a key that means something ends it');
  t.equal(player.heard.length, 2);
  sound.stop();
});

t.test('in English, and only what the queue lets be said', async t => {
  const { f, wait } = await hall(t);
  await f.sql`update queues set announce_place = false, announce_wait = false`;
  const { player, sound, over } = await wait({ welcome: [] }, { locale: 'en' });
  t.same((await player.until(1))[0], ['still-waiting']);
  sound.stop();
  t.equal(await over, undefined);
});

t.test('moved to another queue he hears that one’s music', async t => {
  const { f, wait } = await hall(t);
  await f.sql`update queues set music = 'hold-music-2' where key = 'support'`;
  await f.sql`update queues set overflow_queue_id = (select id from queues where key = 'support'), overflow_above = 0
    where key = 'sales'`;
  const { player, sound, over } = await wait({});
  t.same(await player.until(1), [['hold-music-1']], 'music first');
  t.equal(await overflow(f.sql), 1);
  t.same(await player.until(2), [['hold-music-1'], ['hold-music-2']]);
  sound.stop();
  await over;
});

t.test('a queue that announces nothing, and music that does not exist', async t => {
  const { f, wait } = await hall(t);
  await f.sql`update queues set announce_seconds = 0, music = 'no-such-music'`;
  const { player, sound, over } = await wait({});
  t.same(await player.until(1), [['hold-music-1']], 'the house’s in its place');
  sound.stop();
  await over;
});

t.test('told again after the time that the queue says', async t => {
  const { f, wait } = await hall(t);
  await f.sql`update queues set announce_seconds = 10`;
  const { player, sound, over } = await wait({});
  t.match(await player.until(3), [['hold-music-1'], ['you-are-next'], ['hold-music-1']]);
  sound.stop();
  await over;
});

t.test('who is rung for is not told of a place he no longer has', async t => {
  const { f, wait } = await hall(t);
  const { id, player, sound, over } = await wait({});
  await player.until(1);
  sound.stop();
  await over;
  const agent = await f.staff();
  t.match(await f.offer(), { id, agentId: agent });
  const again = new WaitingSound(
    {
      sql: f.sql,
      announcements: { onInteraction: () => () => undefined } as unknown as Announcements,
      prompts: new PromptFiles({ sql: f.sql, promptsDir: 'prompts', promptCacheDir: t.testdir() }),
      logger: pino({ level: 'silent' }),
    },
    { id, tenantId: f.tenantId },
    player as unknown as Endpoint,
    { welcome: [] },
  );
  const done = again.run();
  t.same((await player.until(2)).at(1), ['still-waiting']);
  again.stop();
  await done;
});
