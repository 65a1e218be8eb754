import { Problem, problemOf } from './problem.js';
import type {
  AgentIntent,
  CallTarget,
  Floor,
  Interaction,
  InteractionDetail,
  Me,
  MonitoringRole,
  PromisePage,
  SoftphoneAccess,
  Target,
  TransferTargets,
  VoicemailPage,
  WaitingFilter,
  Wallboard,
} from './types.js';

/** No request is waited for longer than this: a spinner has an end. */
const timeoutMs = 15_000;
/** A file of 32 MiB takes its time on the way up. */
const uploadTimeoutMs = 300_000;

export interface ApiOptions {
  fetch: typeof fetch;
  /** The language of sentences and names in answers. */
  language: () => string;
  /** Called when the server no longer knows the session. */
  onSignedOut: () => void;
  /** Called with the server's time (ms since the epoch) and the moments, on `performance.now()`'s scale, around it. */
  onServerTime: (serverTime: number, sentAt: number, receivedAt: number) => void;
}

function talk(id: string): string {
  return `/interactions/${encodeURIComponent(id)}`;
}

function promise(id: string): string {
  return `/promises/${encodeURIComponent(id)}`;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** API v1, by the session's cookie. Everything rejects with a `Problem`. */
export class ApiClient {
  constructor(private readonly options: ApiOptions) {}

  signIn(email: string, password: string): Promise<unknown> {
    return this.send('POST', '/sessions', { email, password });
  }

  signOut(): Promise<unknown> {
    return this.send('DELETE', '/sessions');
  }

  me(): Promise<Me> {
    return this.send('GET', '/me');
  }

  setState(state: AgentIntent, reason?: string): Promise<Me> {
    return this.send('PUT', '/me/state', reason === undefined ? { state } : { state, reason });
  }

  softphone(): Promise<SoftphoneAccess> {
    return this.send('GET', '/me/softphone');
  }

  /** The agent's interactions asked for before `before` (ISO 8601), newest first. */
  async interactions(before: string, limit: number): Promise<Interaction[]> {
    const query = new URLSearchParams({ before, limit: String(limit) });
    const page = await this.send<{ interactions: Interaction[] }>('GET', `/interactions?${query}`);
    return page.interactions;
  }

  interaction(id: string): Promise<InteractionDetail> {
    return this.send('GET', `/interactions/${encodeURIComponent(id)}`);
  }

  accept(id: string): Promise<Interaction> {
    return this.send('POST', `/interactions/${encodeURIComponent(id)}/accept`);
  }

  decline(id: string): Promise<Interaction> {
    return this.send('POST', `/interactions/${encodeURIComponent(id)}/decline`);
  }

  hangUp(id: string): Promise<Interaction> {
    return this.send('POST', `/interactions/${encodeURIComponent(id)}/hangup`);
  }

  hold(id: string, on: boolean): Promise<Interaction> {
    return this.send('POST', `/interactions/${encodeURIComponent(id)}/${on ? 'hold' : 'resume'}`);
  }

  wrapUp(id: string, result: { note?: string; disposition?: string }): Promise<Interaction> {
    return this.send('POST', `/interactions/${encodeURIComponent(id)}/wrap-up`, result);
  }

  extendWrapUp(id: string): Promise<Interaction> {
    return this.send('POST', `/interactions/${encodeURIComponent(id)}/wrap-up/extend`);
  }

  /** Calls somebody: the softphone here is rung first. */
  call(to: CallTarget): Promise<Interaction> {
    return this.send('POST', '/calls', { to });
  }

  /** Calls the softphone here, for the agent to hear himself. */
  echoTest(): Promise<{ id: string }> {
    return this.send('POST', '/me/echo-test');
  }

  endEchoTest(): Promise<unknown> {
    return this.send('DELETE', '/me/echo-test');
  }

  transferTargets(): Promise<TransferTargets> {
    return this.send('GET', '/transfer-targets');
  }

  transfer(id: string, to: Target): Promise<unknown> {
    return this.send('POST', `${talk(id)}/transfer`, to);
  }

  askParty(id: string, to: Target, role: 'consult' | 'third'): Promise<unknown> {
    return this.send('POST', `${talk(id)}/parties`, { to, role });
  }

  joinParty(id: string, party: string): Promise<unknown> {
    return this.send('POST', `${talk(id)}/parties/${encodeURIComponent(party)}/join`);
  }

  completeTransfer(id: string, party: string): Promise<unknown> {
    return this.send('POST', `${talk(id)}/parties/${encodeURIComponent(party)}/complete`);
  }

  removeParty(id: string, party: string): Promise<unknown> {
    return this.send('DELETE', `${talk(id)}/parties/${encodeURIComponent(party)}`);
  }

  /** The newest messages of callers, or those before a moment (ISO 8601). */
  voicemails(before?: string): Promise<VoicemailPage> {
    const query = before === undefined ? '' : `?${new URLSearchParams({ before })}`;
    return this.send('GET', `/voicemails${query}`);
  }

  markVoicemail(id: string, heard: boolean): Promise<unknown> {
    return this.send('PUT', `/voicemails/${encodeURIComponent(id)}/heard`, { heard });
  }

  deleteVoicemail(id: string): Promise<unknown> {
    return this.send('DELETE', `/voicemails/${encodeURIComponent(id)}`);
  }

  floor(): Promise<Floor> {
    return this.send('GET', '/floor');
  }

  wallboard(): Promise<Wallboard> {
    return this.send('GET', '/wallboard');
  }

  promises({ kind, queue }: WaitingFilter, offset: number, limit: number): Promise<PromisePage> {
    const query = new URLSearchParams({ offset: String(offset), limit: String(limit) });
    query.set('state', kind === 'waiting' ? 'waiting' : 'scheduled');
    if (kind !== 'waiting') query.set('held', String(kind === 'held'));
    if (queue !== null) query.set('queue', queue);
    return this.send('GET', `/promises?${query}`);
  }

  movePromise(id: string, queue: string): Promise<unknown> {
    return this.send('PUT', `${promise(id)}/queue`, { queue });
  }

  callPromiseNow(id: string): Promise<unknown> {
    return this.send('POST', `${promise(id)}/call-now`);
  }

  cancelPromise(id: string): Promise<unknown> {
    return this.send('POST', `${promise(id)}/cancel`);
  }

  monitor(id: string, role: MonitoringRole): Promise<unknown> {
    return this.send('PUT', `${talk(id)}/monitoring`, { role });
  }

  leaveTalk(): Promise<unknown> {
    return this.send('DELETE', '/monitoring');
  }

  takeOver(id: string): Promise<unknown> {
    return this.send('POST', `${talk(id)}/take-over`);
  }

  endTalk(id: string): Promise<unknown> {
    return this.send('POST', `${talk(id)}/end`);
  }

  setAgentState(id: string, state: AgentIntent, reason: string): Promise<unknown> {
    return this.send('PUT', `/agents/${encodeURIComponent(id)}/state`, { state, reason });
  }

  /** Any request; a Blob is sent as it is, everything else as JSON. */
  async send<T>(method: Method, path: string, body?: object): Promise<T> {
    const headers: Record<string, string> = {
      Accept: 'application/json',
      'Accept-Language': this.options.language(),
    };
    // A page of another origin cannot add this header without being asked by CORS first: the guard against CSRF.
    if (method !== 'GET') headers['X-Ringbridge'] = '1';
    const file = body instanceof Blob ? body : undefined;
    if (file) headers['Content-Type'] = file.type || 'application/octet-stream';
    else if (body) headers['Content-Type'] = 'application/json';
    const sentAt = performance.now();
    const limit = file ? uploadTimeoutMs : timeoutMs;
    const sent = file ?? (body && JSON.stringify(body));
    const response = await this.#fetch(path, { method, headers, body: sent }, limit);
    const date = Date.parse(response.headers.get('Date') ?? '');
    if (!Number.isNaN(date)) this.options.onServerTime(date, sentAt, performance.now());
    if (!response.ok) {
      const problem = await problemOf(response);
      if (response.status === 401 && problem.code !== 'login_failed') this.options.onSignedOut();
      throw problem;
    }
    if (response.status === 204) return undefined as T;
    return response.json().catch(() => {
      throw new Problem('unreadable', '', response.status);
    });
  }

  /** Chooses a password by the token of an invitation. */
  acceptInvitation(token: string, password: string): Promise<{ email: string }> {
    return this.send('POST', '/invitations/accept', { token, password });
  }

  async #fetch(path: string, init: RequestInit, limit: number): Promise<Response> {
    const { fetch } = this.options;
    try {
      return await fetch(`/api/v1${path}`, {
        ...init,
        credentials: 'same-origin',
        cache: 'no-store',
        signal: AbortSignal.timeout(limit),
      });
    } catch (error) {
      const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
      throw new Problem(timedOut ? 'timeout' : 'unreachable');
    }
  }
}
