/** An agent who does by himself what a person would: answers what rings, hangs up, finishes; as far as he is told to. */
import { EventEmitter, once } from 'node:events';
import type { Received, Softphone } from '../../gateway/telephony/testing/softphone.js';
import type { Api } from './api.js';
import { RobotAgent } from './robot-agent.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export class ObligingAgent {
  /** What he does when his softphone rings. */
  conduct: 'rings' | 'declines' | 'answers' = 'rings';
  /** Whether he ends each talk at once, and his wrap-up. */
  #finishes = false;
  readonly #ringing = new Map<string, Received>();
  readonly #changes = new EventEmitter<{ change: [] }>();
  readonly #t: Teardown;
  readonly #taken = new Set<string>();

  private constructor(
    t: Teardown,
    readonly robot: RobotAgent,
  ) {
    this.#t = t;
    this.#follow(robot.softphone);
    robot.onDesk(() => this.#finish());
  }

  static async signIn(t: Teardown, api: Api, email: string, password: string): Promise<ObligingAgent> {
    return new ObligingAgent(t, await RobotAgent.signIn(t, api, email, password));
  }

  /** Resolves when his softphone rings. */
  async rung(): Promise<Received> {
    const signal = AbortSignal.timeout(60_000);
    while (this.#ringing.size === 0) await once(this.#changes, 'change', { signal });
    return [...this.#ringing.values()][0]!;
  }

  /** From now on, and also what rings already. */
  answerAll(): void {
    this.conduct = 'answers';
    for (const invite of this.#ringing.values()) this.#answer(invite);
  }

  /** The same, and he does not want it. */
  declineAll(): void {
    this.conduct = 'declines';
    for (const [callId, invite] of this.#ringing) {
      this.#ringing.delete(callId);
      this.robot.softphone.respond(invite, 603, 'Decline');
    }
  }

  finishAll(): void {
    this.#finishes = true;
    this.#finish();
  }

  /** His softphone has lost its connection, and makes another. */
  async reconnect(): Promise<void> {
    this.#ringing.clear();
    await this.robot.reconnect(this.#t);
    this.#follow(this.robot.softphone);
  }

  #follow(softphone: Softphone): void {
    const each = async (method: string, act: (request: Received) => void) => {
      for (;;) act(await softphone.request(method));
    };
    void each('INVITE', invite => this.#rings(invite));
    void each('CANCEL', cancel => this.#cancelled(cancel));
    void each('BYE', bye => softphone.respond(bye, 200, 'OK'));
  }

  #rings(invite: Received): void {
    const { softphone } = this.robot;
    softphone.respond(invite, 180, 'Ringing');
    if (this.conduct === 'declines') {
      softphone.respond(invite, 603, 'Decline');
      return;
    }
    this.#ringing.set(invite.header('Call-ID'), invite);
    if (this.conduct === 'answers') this.#answer(invite);
    this.#changes.emit('change');
  }

  #answer(invite: Received): void {
    this.#ringing.delete(invite.header('Call-ID'));
    this.robot.answer(this.#t, invite);
  }

  #cancelled(cancel: Received): void {
    const { softphone } = this.robot;
    softphone.respond(cancel, 200, 'OK');
    const callId = cancel.header('Call-ID');
    const invite = this.#ringing.get(callId);
    if (!invite) return;
    this.#ringing.delete(callId);
    softphone.respond(invite, 487, 'Request Terminated');
  }

  /** Each step once: the snapshot that tells of it may come later than another one. */
  #finish(): void {
    const { desk } = this.robot;
    const current = desk?.current;
    if (!this.#finishes || !current) return;
    const step = current.state === 'bridged' ? 'hangup' : desk.me.state === 'wrap_up' ? 'wrap-up' : undefined;
    if (!step || this.#taken.has(`${step} ${current.id}`)) return;
    this.#taken.add(`${step} ${current.id}`);
    void this.robot.step(step, current.id);
  }
}
