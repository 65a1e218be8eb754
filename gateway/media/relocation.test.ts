import pino from 'pino';
import t, { type Test } from 'tap';
import { eventually } from '../../test/support/eventually.js';
import {
  connectFreeswitch,
  freeswitchCount,
  freeswitches,
  freeswitchSettings,
} from '../../test/support/freeswitch.js';
import { Link } from '../../test/support/link.js';
import { houseMusic, startMediaEngine } from '../../test/support/media-engine.js';
import { answeredPhone, calledPhone, end, next, type PhoneLeg, talkTogether } from './conformance/legs.js';
import { EslConnection } from './freeswitch/esl-connection.js';
import { connectBuiltinMedia, type FreeswitchSettings, MediaPool, type MediaServer } from './index.js';
import { RelocatingMedia } from './relocation.js';

const logger = pino({ level: 'silent' });

interface Bench {
  servers: MediaServer[];
  /** Takes one of them away. */
  lose(index: number): Promise<void>;
}

async function builtinBench(t: Test): Promise<Bench> {
  const engines = [await startMediaEngine(), await startMediaEngine()];
  const servers = await Promise.all(
    engines.map(({ host, port, secret }) =>
      connectBuiltinMedia({ host, port, secret, houseMusic, owner: 'test', logger }),
    ),
  );
  t.teardown(async () => {
    await Promise.all(servers.map(server => server.close()));
    await Promise.all(engines.map(engine => engine.stop()));
  });
  return { servers, lose: async index => await engines[index]?.kill() };
}

/**
 * Those that the tests have started are killed. The event sockets of others are cut off: for the gateway that is a server
 * that has died.
 */
async function freeswitchBench(t: Test): Promise<Bench> {
  const losing: (() => Promise<void>)[] = [];
  const servers: MediaServer[] = [];
  for (const { kill, ...address } of await freeswitches(t, 2)) {
    const settings = await freeswitchSettings(t, address);
    const link = await Link.open(t, `esl://${settings.esl.host}:${settings.esl.port}`);
    const esl = { ...settings.esl, host: '127.0.0.1', port: Number(new URL(link.url).port) };
    const server = await connectFreeswitch(kill ? settings : { ...settings, esl });
    servers.push(server);
    losing.push(kill ?? (() => cutOff(settings, link, server)));
  }
  t.teardown(() => Promise.all(servers.map(server => server.close())));
  return { servers, lose: async index => await losing[index]?.() };
}

async function cutOff({ esl, owner }: FreeswitchSettings, link: Link, server: MediaServer): Promise<void> {
  await link.cut();
  await eventually('its endpoints are given up', () => server.load().endpoints === 0);
  // It is alive all the same, and would go on sending.
  const connection = await EslConnection.open(esl, { event: () => undefined, closed: () => undefined });
  await connection.api(`hupall NORMAL_CLEARING sip_h_X-Ringbridge-Owner ${owner}`);
  connection.close();
}

/** Follows as a leg does: by what would be a re-INVITE. */
function follow({ endpoint, peer }: PhoneLeg): void {
  endpoint.on('moved', offer => {
    peer.connect(offer);
    void endpoint.accept(peer.sdp('sendrecv', 2));
  });
}

const benches: Record<string, (t: Test) => Promise<Bench>> = { 'the built-in engine': builtinBench };
if (freeswitchCount > 1) benches.FreeSWITCH = freeswitchBench;

for (const [name, open] of Object.entries(benches)) {
  t.test(`${name}: a server dies in a call, and the call goes on on another`, async t => {
    const { servers, lose } = await open(t);
    const media = new RelocatingMedia(
      new MediaPool(servers.map((server, index) => ({ name: `server ${index}`, server }))),
    );
    const owner = 'a call';
    const agent = await answeredPhone(media, undefined, undefined, { owner });
    const customer = await calledPhone(media, undefined, undefined, { owner });
    for (const leg of [agent, customer]) {
      follow(leg);
      leg.endpoint.on('lost', reason => t.fail(`lost: ${reason}`));
    }
    await agent.endpoint.bridge(customer.endpoint);
    await talkTogether(agent, customer);
    const before = servers.findIndex(server => server.load().endpoints === 2);
    await lose(before);
    await talkTogether(agent, customer);
    t.equal(servers[1 - before]?.load().endpoints, 2);
    await agent.endpoint.unbridge();
    t.same(await agent.endpoint.play({ silenceMs: 100 }), { reason: 'finished' });
    await end(agent, customer);
  });

  t.test(`${name}: who cannot be told where he is now, and who has nowhere to go, is lost`, async t => {
    const { servers, lose } = await open(t);
    const media = new RelocatingMedia(
      new MediaPool(servers.map((server, index) => ({ name: `server ${index}`, server }))),
    );
    const fixed = await answeredPhone(media, undefined, undefined, { owner: 'one' });
    const other = await answeredPhone(media, undefined, undefined, { owner: 'two' });
    follow(other);
    const lost = [fixed, other].map(({ endpoint }) => next(endpoint, 'lost'));
    await Promise.all([lose(0), lose(1)]);
    t.same(await Promise.all(lost), [['engine_gone'], ['engine_gone']]);
    await end(fixed, other);
  });
}
