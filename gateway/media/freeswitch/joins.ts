import type { MonitorRole } from '../port.js';
import type { Channel } from './channel.js';
import type { FreeswitchEndpoint } from './endpoint.js';
import type { EslEvent } from './esl-connection.js';

/** What an endpoint's audio is joined to. */
export type Join =
  | { to: 'endpoint'; partner: FreeswitchEndpoint }
  | { to: 'conference'; leave(): void }
  | { to: 'monitored'; target: FreeswitchEndpoint; untap(): void };

/** mod_dptools' eavesdrop takes these while it runs. Muxing into what the target hears is heard by its peer alone. */
const monitorCommands: Record<MonitorRole, string> = { listen: '0', whisper: '2', barge: '3' };

/** An endpoint's way from one join to the next. */
export class Joins {
  readonly #self: FreeswitchEndpoint;
  #current: Join | undefined;

  constructor(self: FreeswitchEndpoint) {
    this.#self = self;
  }

  get current(): Join | undefined {
    return this.#current;
  }

  /** Whom the endpoint talks with. */
  get partner(): FreeswitchEndpoint | undefined {
    return this.#current?.to === 'endpoint' ? this.#current.partner : undefined;
  }

  async bridge(partner: FreeswitchEndpoint): Promise<void> {
    const self = this.#self;
    const together = this.partner === partner;
    if (!together) {
      this.leaveQuietly();
      partner.joins.leaveQuietly();
    }
    await Promise.all([self.player.silence(), partner.player.silence()]);
    if (together) return;
    await this.#bridgeWith(partner);
    this.joined({ to: 'endpoint', partner });
    partner.joins.joined({ to: 'endpoint', partner: self });
    self.player.music.update();
    partner.player.music.update();
  }

  async monitor(target: FreeswitchEndpoint, role: MonitorRole): Promise<void> {
    const { channel, player } = this.#self;
    if (this.#current?.to !== 'monitored' || this.#current.target !== target) {
      const { partner } = this;
      this.leaveQuietly();
      await player.silence();
      if (partner !== undefined) await channel.park(true);
      await channel.after(
        'CHANNEL_EXECUTE',
        () => channel.mustApi(`uuid_transfer ${channel.uuid} eavesdrop:${target.channel.uuid},park: inline`),
        event => event.Application === 'eavesdrop',
      );
      this.joined({ to: 'monitored', target, untap: target.channel.tap() });
    }
    await channel.tell({ 'eavesdrop-command': monitorCommands[role] });
  }

  async unbridge(): Promise<void> {
    const { channel } = this.#self;
    if (this.#current === undefined) return;
    const partner = this.partner?.channel;
    this.leaveQuietly();
    await Promise.all([
      partner && !partner.gone ? partner.after('CHANNEL_PARK', async () => undefined) : undefined,
      channel.park(partner !== undefined),
    ]);
  }

  /** Forgets what it is joined to, and the other side does, too; FreeSWITCH hears of it by what comes next. */
  leaveQuietly(): void {
    const join = this.#current;
    this.#current = undefined;
    if (join?.to === 'endpoint') join.partner.joins.#parted();
    else if (join?.to === 'conference') join.leave();
    else join?.untap();
    this.#self.player.unbridged();
  }

  joined(join: Join): void {
    this.#current = join;
  }

  /** The endpoint has another channel now: it takes the place of the old one, which is ended. */
  async exchange(old: Channel): Promise<void> {
    try {
      if (this.partner) await this.#bridgeWith(this.partner);
      else await this.#self.channel.ready();
    } finally {
      await old.end();
    }
  }

  #parted(): void {
    this.#current = undefined;
    this.#self.player.unbridged();
  }

  async #bridgeWith(partner: FreeswitchEndpoint): Promise<void> {
    const [a, b] = [this.#self.channel, partner.channel];
    await b.ready();
    const between = (event: EslEvent) =>
      [event['Bridge-A-Unique-ID'], event['Bridge-B-Unique-ID']].every(id => id === a.uuid || id === b.uuid);
    await a.after('CHANNEL_BRIDGE', () => a.mustApi(`uuid_bridge ${a.uuid} ${b.uuid}`), between);
  }
}
