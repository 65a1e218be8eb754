import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { aborted } from './aborted.js';
import {
  acdRoutes,
  dueClock,
  Matcher,
  Presence,
  Prober,
  QueueClock,
  queueAdminRoutes,
  Succession,
  WaitingCounts,
  WrapUpClock,
  waitingClock,
} from './acd/index.js';
import { Conductor, callbackRoutes, ExpectedOffers, outcomeRuleRoutes } from './callback/index.js';
import { keepsCalls, LegJournal, LineWatch } from './calls/index.js';
import { type CompleteConfig, completeConfig, loadConfig } from './config.js';
import { EchoCalls, echoRoutes } from './echo/index.js';
import { hoursRoutes } from './hours/index.js';
import { createHttpServer } from './http/index.js';
import { Reception, seedDemoFlows, voicemailClock, voicemailRoutes } from './inbound/index.js';
import { openLog } from './log.js';
import { Mailer } from './mail/index.js';
import {
  connectAsteriskMedia,
  connectBuiltinMediaPool,
  connectFreeswitchPool,
  type MediaServer,
} from './media/index.js';
import { NumberProver, numberProofRoutes } from './numbers/index.js';
import { PromptFiles, promptRoutes } from './prompts/index.js';
import { Announcements, connect, migrate, NodeLease } from './store/index.js';
import {
  createTelephony,
  iceServersFor,
  loadDialplan,
  PasswordBox,
  type Telephony,
  trunkMetrics,
} from './telephony/index.js';
import { adminRoutes, lockDemo, seedDemo, sessionRoutes, sweepSessions } from './tenants/index.js';
import { widgetRoutes } from './widget/index.js';

/** Connections to the database: enough for two cores' worth of statements, few enough for several gateways. */
const poolSize = 12;
const sessionSweepMs = 60_000;

/** `restart`: another run follows, which goes on with the calls. `end`: they end with it. */
type Ending = 'restart' | 'end';

/** The composition root: builds the parts, starts them from the bottom up, and stops them from the top down. */
async function run(config: CompleteConfig, signal: AbortSignal): Promise<void> {
  const logger = openLog(config.logLevel);
  const stopping: (() => unknown)[] = [];
  signal.addEventListener('abort', () => logger.info('stopping'));
  try {
    const dialplan = loadDialplan(config.dialplanDir, {
      ...process.env,
      RINGBRIDGE_PHONE_NETWORK_PASSWORD: config.phoneNetworkPassword,
    });

    // What nobody waits for takes no connection from the others.
    const records = connect({
      url: config.databaseUrl,
      max: 1,
      applicationName: 'ringbridge-records',
      deferredCommit: true,
      onNotice: notice => logger.debug(notice),
    });
    // The lease is kept by a session of its own, which renews it whatever the others wait for.
    const leaseSql = connect({ url: config.databaseUrl, max: 1, applicationName: 'ringbridge-lease' });
    const lease = new NodeLease({ sql: leaseSql, name: config.nodeName, logger });
    const sql = connect({
      url: config.databaseUrl,
      max: poolSize,
      applicationName: lease.applicationName,
      onNotice: notice => logger.debug(notice),
    });
    stopping.push(() => Promise.all([sql, records, leaseSql].map(pool => pool.end({ timeout: 5 }))));
    const applied = await migrate(sql);
    if (applied.length > 0) logger.info({ applied }, 'schema brought up to date');
    if (config.demo) {
      await seedDemo(sql, { origins: ownOrigins(config), password: config.demoPassword });
      await seedDemoFlows(sql, config.dialplanDir, logger);
    } else await lockDemo(sql);

    await lease.start();
    stopping.push(() => lease.stop());

    const prompts = new PromptFiles({ sql, ...config });
    await prompts.sweep();

    const announcements = new Announcements(sql, error => logger.error({ err: error }, 'listener failed'));
    await announcements.start();
    stopping.push(() => announcements.stop());

    const trunkPasswords = new PasswordBox(config.trunkKey);
    const telephony = createTelephony({
      ...{ sql, logger, dialplan, announcements, passwords: trunkPasswords },
      privateTrunks: config.privateTrunks,
      control: { ...config.sipControl, secret: config.sipSecret },
      softphone: {
        wsUrl: config.softphoneWsUrl,
        domain: config.sipDomain,
        credentialSeconds: config.softphoneCredentialSeconds,
        iceServers: config.iceServers,
      },
    });
    await telephony.start();
    stopping.push(() => telephony.stop());
    /** The order to end says whether the calls end, too; if they go on, it is because both engines keep them. */
    const callsGoOn = () =>
      signal.reason === ('restart' satisfies Ending) && keepsCalls({ telephony, media });
    const media = await openMedia(config, {
      ...{ telephony, logger },
      owner: `gateway-${lease.id}`,
      houseMusic: prompts.houseMusic,
    });
    stopping.push(() => media.close({ keep: callsGoOn() }));

    const wrapUps = new WrapUpClock(sql, logger);
    const waitingCounts = new WaitingCounts(sql, announcements, logger);
    const presence = new Presence(sql, logger, lease.id);
    const legJournal = new LegJournal(records, logger, lease.id);
    const lineWatch = new LineWatch(records, logger);
    const callParts = { sql, announcements, prompts, telephony, media, logger, legJournal, lineWatch };
    const desktopAnswerMs = config.desktopAnswerSeconds * 1000;
    const conductor = new Conductor({
      ...callParts,
      desktopAnswerMs,
      wrapUps,
      expected: new ExpectedOffers(),
      propose: offer => prober.take(offer),
    });
    const { recordingsDir, publicUrl } = config;
    const oldMessages = voicemailClock(sql, logger);
    const mailer =
      config.smtpUrl === undefined
        ? undefined
        : new Mailer({ sql, logger, smtpUrl: config.smtpUrl, from: config.mailFrom });
    const sendsMail = mailer !== undefined;
    const reception = new Reception({ ...callParts, conductor, lease, recordingsDir, publicUrl, sendsMail });
    const numberProver = new NumberProver({ sql, telephony, media, prompts, logger });
    const echo = new EchoCalls({
      ...{ sql, announcements, telephony, media, logger, recordingsDir },
      nodeId: lease.id,
    });
    const prober = new Prober({
      ...{ sql, announcements, logger },
      answerMs: desktopAnswerMs,
      serve: offer => conductor.serve(offer),
    });
    const matcher = new Matcher({
      sql,
      announcements,
      logger,
      lease,
      onOffer: offer => prober.take(offer),
      canRing: () => telephony.connected() && media.healthy(),
    });
    const waiting = waitingClock(sql, logger, () => matcher.request());
    const succession = new Succession({
      sql,
      lease,
      telephony,
      media,
      adoptCalls: () => reception.adopt(),
      wrapUps,
      logger,
    });

    await succession.start();
    const due = dueClock(sql, logger);
    const queueClock = new QueueClock(sql, logger);
    await queueClock.start(announcements);
    wrapUps.start(announcements);
    due.start(announcements);
    matcher.start();
    waiting.start(announcements);
    reception.start();
    oldMessages.start(announcements);
    mailer?.start(announcements);
    const sweeper = setInterval(
      () =>
        void sweepSessions(sql, telephony).catch(error =>
          logger.error({ err: error }, 'expired sessions not removed'),
        ),
      sessionSweepMs,
    );
    stopping.push(
      () => clearInterval(sweeper),
      () => presence.stop(),
      () => waitingCounts.stop(),
      () => succession.stop(),
      () => wrapUps.stop(),
      () => due.stop(),
      () => queueClock.stop(),
      // Whoever waits in a queue is the conductor's, and his flow waits with him.
      () =>
        Promise.all([
          reception.stop({ keep: callsGoOn() }),
          callsGoOn() ? conductor.leave() : conductor.stop(),
        ]),
      () => Promise.all([oldMessages.stop(), mailer?.stop()]),
      () => Promise.all([numberProver.stop(), echo.stop()]),
      () => matcher.stop(),
      () => waiting.stop(),
    );

    const metrics = new Registry();
    collectDefaultMetrics({ register: metrics });
    trunkMetrics(metrics, telephony);
    new Gauge({
      name: 'ringbridge_attempts_in_progress',
      help: 'Callbacks that are being offered, dialled or talked',
      registers: [metrics],
      collect() {
        this.set(conductor.size);
      },
    });
    new Gauge({
      name: 'ringbridge_inbound_calls',
      help: 'Calls that have come in and are under way',
      registers: [metrics],
      collect() {
        this.set(reception.size);
      },
    });
    const app = await createHttpServer({
      logger,
      trustProxy: typeof config.trustProxy === 'boolean' ? config.trustProxy : [...config.trustProxy],
      publicUrl: config.publicUrl,
      operations: {
        metrics,
        checks: {
          database: async () => (await sql`select 1`).length === 1,
          sip: () => telephony.connected(),
          media: () => media.healthy(),
        },
      },
      webFaces: { folder: webFolder(), softphoneOrigin: new URL(config.softphoneWsUrl).origin },
      features: [
        async api => {
          await api.register(sessionRoutes, {
            sql,
            telephony,
            sessionHours: config.sessionHours,
            secureCookie: config.publicUrl.startsWith('https:'),
            loginsPerMinute: config.loginsPerMinute,
          });
        },
        async api => {
          const { loginsPerMinute } = config;
          await api.register(adminRoutes, { sql, telephony, trunkPasswords, loginsPerMinute });
          await api.register(hoursRoutes, { sql });
          await api.register(queueAdminRoutes, { sql });
          await api.register(outcomeRuleRoutes, { sql });
          await api.register(numberProofRoutes, { sql, prover: numberProver });
        },
        async api => {
          await api.register(callbackRoutes, {
            publicUrl: config.publicUrl,
            sql,
            announcements,
            secret: config.tokenKey,
            requestsPerMinute: config.callbacksPerMinute,
            iceServers: name => iceServersFor(config.iceServers, name),
            dialling: { nodeId: lease.id, serve: call => conductor.serve(call) },
          });
        },
        async api => {
          await api.register(echoRoutes, { sql, echo });
        },
        async api => {
          await api.register(widgetRoutes, { sql });
        },
        async api => {
          await api.register(voicemailRoutes, { sql });
        },
        async api => {
          await api.register(promptRoutes, { sql, prompts, promptsDir: config.promptsDir });
        },
        async api => {
          await api.register(acdRoutes, {
            sql,
            records,
            announcements,
            presence,
            waitingCounts,
            telephony,
            origins: ownOrigins(config),
          });
        },
      ],
    });
    stopping.push(() => app.close());
    const url = await app.listen({ host: config.httpHost, port: config.httpPort });
    presence.start();
    process.stdout.write(`${JSON.stringify({ ready: true, url })}\n`);
    logger.info({ url }, 'ready');
    await aborted(signal);
  } finally {
    for (const stop of stopping.reverse()) await stop();
  }
}

/** The media engine of the settings. FreeSWITCH is reached through the SIP server: telephony comes first. */
function openMedia(
  config: CompleteConfig,
  parts: { telephony: Telephony; owner: string; houseMusic: string; logger: Logger },
): Promise<MediaServer> {
  const { telephony, ...common } = parts;
  if (config.media === 'builtin')
    return connectBuiltinMediaPool({
      engines: config.mediaControls,
      secret: config.mediaSecret,
      ...common,
      // All gateways of the house are one owner: each can go on with the calls of another.
      owner: 'gateway',
    });
  if (config.media === 'asterisk')
    return connectAsteriskMedia({
      host: config.asteriskHost,
      port: config.asteriskPort,
      sipPort: config.asteriskSipPort,
      username: 'ringbridge',
      password: config.asteriskPassword ?? '',
      capacity: config.asteriskLegs,
      sharedDir: config.asteriskFolder,
      signalling: telephony,
      ...common,
    });
  return connectFreeswitchPool({
    servers: config.freeswitchServers,
    password: config.freeswitchPassword ?? '',
    signalling: telephony,
    opus: config.browserOpus,
    ...common,
  });
}

/** Where the build has put the web faces: dist/web beside dist/gateway. */
function webFolder(): string {
  return fileURLToPath(new URL('../web', import.meta.url));
}

/** The origins our own pages have; on one machine people type localhost and 127.0.0.1 for the same. */
function ownOrigins({ publicUrl }: CompleteConfig): string[] {
  const { origin, hostname, protocol, port } = new URL(publicUrl);
  if (hostname !== 'localhost' && hostname !== '127.0.0.1') return [origin];
  return ['localhost', '127.0.0.1'].map(name => `${protocol}//${name}${port && `:${port}`}`);
}

const { values } = parseArgs({
  options: { config: { type: 'string' }, 'exit-with-parent': { type: 'boolean', default: false } },
});
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort('restart' satisfies Ending));
for (const name of ['SIGINT', 'SIGHUP'] as const)
  process.once(name, () => stop.abort('end' satisfies Ending));
if (values['exit-with-parent']) process.stdin.on('close', () => stop.abort('end' satisfies Ending)).resume();
try {
  await run(completeConfig(loadConfig({ env: process.env, file: values.config })), stop.signal);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(isAddressInUse(error) ? 2 : 1);
}

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
