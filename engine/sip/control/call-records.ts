/** The cdr events: what becomes of each call, to one of the applications that have a route for the event. */
import type { CallObserver, CallRole, CallSource, StopReason } from '../dialog/call-events.js';
import type { ControlConnection } from './connection.js';
import { type CallEvent, cdrFrame } from './frames.js';
import type { RouteTable } from './routes.js';

export class CallRecords implements CallObserver {
  constructor(private readonly routes: RouteTable<ControlConnection>) {}

  attempt(source: CallSource, invite: string): void {
    this.#tell('cdr:attempt', source, invite);
  }

  start(source: CallSource, role: CallRole, success: string): void {
    this.#tell('cdr:start', source, success, role);
  }

  stop(source: CallSource, reason: StopReason, message: string): void {
    this.#tell('cdr:stop', source, message, reason);
  }

  #tell(event: CallEvent, source: CallSource, text: string, detail?: CallRole | StopReason): void {
    this.routes.choose(event)?.write(cdrFrame(event, source, text, detail));
  }
}
