/** An agent without a browser: the API, the live socket, a SIP softphone over WebSocket, a WebRTC peer with a voice. */
import { EventEmitter, once } from 'node:events';
import { WebSocket } from 'ws';
import { type Received, Softphone } from '../../gateway/telephony/testing/softphone.js';
import type { Api } from './api.js';
import { WebRtcPeer } from './webrtc-peer.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

/** What the server closes a desktop's socket with whose session is over. */
const overCode = 4401;

export interface DeskInteraction {
  id: string;
  state: string;
  outcome: string | null;
  confirming: boolean;
  customer: { name: string | null; phone: string };
  note: string | null;
  agentAwayUntil: string | null;
  heldSince: string | null;
  heldByPhone: boolean;
  page: { url: string; title: string | null } | null;
  cutOff: boolean;
  parties: { id: string; kind: string; role: string; state: string; name: string }[];
}

export interface Desk {
  me: { state: string; nextState: string; reason: string | null; softphone: string };
  current: DeskInteraction | null;
  waiting: number;
  recent: DeskInteraction[];
  taken: { id: string; by: string } | null;
}

export class RobotAgent {
  readonly #events = new EventEmitter<{ desk: [] }>();
  desk: Desk | undefined;
  /** As a page that the browser has frozen: its socket lives, and nothing on it is read. */
  frozen = false;
  #cseq = 100;

  #live: WebSocket | undefined;
  #closed = false;
  /** Resolves when the server says that the session is over: its desktop does not come back. */
  readonly signedOut: Promise<void>;
  #markSignedOut: () => void = () => undefined;

  private constructor(
    readonly api: Api,
    readonly token: string,
    public softphone: Softphone,
  ) {
    this.signedOut = new Promise(resolve => {
      this.#markSignedOut = resolve;
    });
  }

  /** The desktop's socket as it is now. */
  get live(): WebSocket {
    if (!this.#live) throw new Error('the desktop was never opened');
    return this.#live;
  }

  /** Opens the desktop's socket, and again when the server has closed it, as the desktop does. */
  async #connect(): Promise<void> {
    const live = new WebSocket(`${this.api.url.replace('http', 'ws')}/api/v1/live`);
    this.#live = live;
    live.on('message', data => this.#receive(String(data)));
    live.on('error', () => undefined);
    live.on('close', code => {
      if (code === overCode) this.#markSignedOut();
      else if (!this.#closed) setTimeout(() => void this.#connect().catch(() => undefined), 200).unref();
    });
    await once(live, 'open');
    live.send(JSON.stringify({ type: 'authenticate', token: this.token }));
  }

  #receive(data: string): void {
    const message = JSON.parse(data) as { type: string; desk: Desk; offer: string };
    if (this.frozen) return;
    if (message.type === 'heartbeat') this.live.send(JSON.stringify({ type: 'heartbeat', visible: true }));
    if (message.type === 'probe')
      this.live.send(JSON.stringify({ type: 'present', offer: message.offer, visible: true }));
    if (message.type !== 'desk') return;
    this.desk = message.desk;
    this.#events.emit('desk');
  }

  /** The page is gone, without a word. */
  closeDesktop(): void {
    this.#closed = true;
    this.#live?.terminate();
  }

  /** Signs in, opens the desktop's socket, registers the softphone. Not yet ready for calls. */
  static async signIn(t: Teardown, api: Api, email: string, password: string): Promise<RobotAgent> {
    const token = await api.signIn(email, password);
    const softphone = await registered(t, api, token);
    const agent = new RobotAgent(api, token, softphone);
    t.teardown(() => agent.closeDesktop());
    await agent.#connect();
    await agent.until(() => true, 'the first snapshot');
    return agent;
  }

  /** A new softphone in the place of one whose connection is gone, as the page makes it. */
  async reconnect(t: Teardown): Promise<void> {
    this.softphone = await registered(t, this.api, this.token);
  }

  /** Calls `listener` with each snapshot. */
  onDesk(listener: (desk: Desk) => void): void {
    this.#events.on('desk', () => this.desk && listener(this.desk));
  }

  /** Resolves when the desk fits. */
  async until(match: (desk: Desk) => boolean, what: string, waitMs = 60_000): Promise<Desk> {
    const signal = AbortSignal.timeout(waitMs);
    while (!this.desk || !match(this.desk)) {
      await once(this.#events, 'desk', { signal }).catch(error => {
        if (signal.aborted)
          throw new Error(
            `${what} was not seen in ${waitMs} ms; the desk shows ${JSON.stringify(this.desk)}`,
          );
        throw error;
      });
    }
    return this.desk;
  }

  async setState(state: 'ready' | 'paused' | 'offline'): Promise<void> {
    await this.#post('PUT', '/api/v1/me/state', { state });
  }

  /** Takes the step for the interaction. */
  async step(
    name: 'accept' | 'decline' | 'hangup' | 'hold' | 'resume' | 'wrap-up',
    id: string,
    body?: unknown,
  ): Promise<void> {
    await this.#post('POST', `/api/v1/interactions/${id}/${name}`, body);
  }

  async #post(method: string, path: string, body?: unknown): Promise<void> {
    const answer = await this.api.call(method, path, {
      token: this.token,
      ...(body === undefined ? {} : { body }),
    });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  /** The next INVITE, answered 180. */
  async ring(): Promise<Received> {
    const invite = await this.softphone.request('INVITE');
    this.softphone.respond(invite, 180, 'Ringing');
    return invite;
  }

  /** Nobody wants the answer any more: the softphone is told to stop ringing. */
  async stopsRinging(invite: Received): Promise<void> {
    this.softphone.respond(await this.softphone.request('CANCEL'), 200, 'OK');
    this.softphone.respond(invite, 487, 'Request Terminated');
  }

  /** Accepts the offer at the desktop and answers the softphone; the peer is the browser's side of the audio. */
  async accept(t: Teardown, invite: Received): Promise<WebRtcPeer> {
    await this.step('accept', invite.header('X-Ringbridge-Interaction'));
    return this.answer(t, invite);
  }

  /** Puts the customer on hold, or takes him back, by re-INVITE as JsSIP does. */
  async hold(invite: Received, peer: WebRtcPeer, on: boolean): Promise<void> {
    this.#cseq += 1;
    const cseq = this.#cseq;
    this.softphone.requestWithin(invite, 'INVITE', cseq, peer.reoffer(on ? 'sendonly' : 'sendrecv'));
    const answer = await this.softphone.receive(
      ({ status, header }) => status >= 200 && header('CSeq') === `${cseq} INVITE`,
    );
    if (answer.status !== 200) throw new Error(`hold refused: ${answer.text}`);
    this.softphone.requestWithin(invite, 'ACK', cseq);
  }

  /** The call is ended by the other side. */
  async hungUp(): Promise<void> {
    this.softphone.respond(await this.softphone.request('BYE'), 200, 'OK');
  }

  answer(t: Teardown, invite: Received): WebRtcPeer {
    const peer = WebRtcPeer.answering(invite.body);
    t.teardown(() => peer.close());
    this.softphone.respond(invite, 200, 'OK', peer.sdp);
    return peer;
  }
}

async function registered(t: Teardown, api: Api, token: string): Promise<Softphone> {
  const { body: credential } = await api.call<{
    wsUrl: string;
    uri: string;
    username: string;
    password: string;
  }>('GET', '/api/v1/me/softphone', { token });
  const softphone = await Softphone.open(Number(new URL(credential.wsUrl).port));
  t.teardown(() => softphone.drop());
  const domain = credential.uri.slice(credential.uri.indexOf('@') + 1);
  const answer = await softphone.register({
    username: credential.username,
    password: credential.password,
    domain,
  });
  if (answer.status !== 200) throw new Error(`registration refused: ${answer.text}`);
  return softphone;
}
