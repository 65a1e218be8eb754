import type { ApiClient } from '../api/client.js';
import type { AgentIntent, MonitoringRole, Target } from '../api/types.js';
import { Action } from './action.js';

/** How somebody is brought to a customer: at once and alone, after a word with the agent, or into the talk. */
export type TransferHow = 'blind' | 'consult' | 'third';

/** What is done to somebody in a talk. */
export type PartyStep = 'join' | 'complete' | 'remove';

/** What agents and supervisors do with talks. */
export class TalkActions {
  /** Subject: the interaction. */
  readonly transfer: Action<[id: string, to: Target, how: TransferHow]>;
  /** Subject: the party. */
  readonly party: Action<[party: string, id: string, step: PartyStep]>;
  /** Subject: the interaction. */
  readonly monitor: Action<[id: string, role: MonitoringRole]>;
  readonly leave: Action<[id: string]>;
  readonly takeOver: Action<[id: string]>;
  readonly end: Action<[id: string]>;
  /** Subject: one who waits. */
  readonly movePromise: Action<[id: string, queue: string]>;
  readonly callNow: Action<[id: string]>;
  readonly cancelPromise: Action<[id: string]>;
  /** Subject: the agent. */
  readonly setAgentState: Action<[id: string, state: AgentIntent, reason: string]>;

  constructor(api: ApiClient, unlock: () => Promise<void>) {
    this.transfer = new Action((id, to, how) =>
      how === 'blind' ? api.transfer(id, to) : api.askParty(id, to, how),
    );
    this.party = new Action((party, id, step) => {
      if (step === 'join') return api.joinParty(id, party);
      return step === 'complete' ? api.completeTransfer(id, party) : api.removeParty(id, party);
    });
    this.monitor = new Action(async (id, role) => {
      await unlock();
      await api.monitor(id, role);
    });
    this.leave = new Action(() => api.leaveTalk());
    this.takeOver = new Action(id => api.takeOver(id));
    this.end = new Action(id => api.endTalk(id));
    this.movePromise = new Action((id, queue) => api.movePromise(id, queue));
    this.callNow = new Action(id => api.callPromiseNow(id));
    this.cancelPromise = new Action(id => api.cancelPromise(id));
    this.setAgentState = new Action((id, state, reason) => api.setAgentState(id, state, reason));
  }
}
