/** A SIP server, whichever, with an application on the unmodified drachtio-srf and sipp on the other side. */
import { once } from 'node:events';
import Srf, { type Dialog, type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { type Test, test } from 'tap';
import { sipServersUnderTest, type TestSipServer } from '../../../test/support/sip-servers.js';
import { type SippRun, type SippTransport, sippWith } from '../../../test/support/sipp.js';
import type { Handler } from './harness.js';
import { script } from './sipp-script.js';

interface Progress {
  cbRequest?: (error: unknown, sent: SentRequest) => void;
  cbProvisional?: (response: SrfResponse) => void;
  cbFinalizedUac?: (uac: Dialog) => void;
}

export interface SentRequest {
  on(event: 'response', listener: (response: SrfResponse) => void): void;
  cancel(options?: object): void;
}

/** What the scenarios use of drachtio-srf: its own declarations miss many forms. */
export interface Application {
  createUAS(req: SrfRequest, res: SrfResponse, options: object): Promise<Dialog>;
  createUAC(uri: string, options: object, progress?: Progress): Promise<Dialog>;
  createB2BUA(
    req: SrfRequest,
    res: SrfResponse,
    uri: string | object,
    options?: object,
    progress?: Progress,
  ): Promise<{ uas: Dialog; uac: Dialog }>;
  proxyRequest(
    req: SrfRequest,
    destinations: string | string[],
    options?: object,
  ): Promise<{ connected: boolean; finalStatus: number }>;
  request(uri: string, options: object, sent: (error: unknown, request: SentRequest) => void): void;
  findDialogByCallIDAndFromTag(callId: string, tag: string): Dialog;
}

/** The response to a request outside any dialog. */
export const responseTo = (srf: Application, uri: string, options: object): Promise<SrfResponse> =>
  new Promise((resolve, reject) => {
    // By a promise the request is known too late when its response is in the same segment.
    srf.request(uri, options, (error, request) => (error ? reject(error) : request.on('response', resolve)));
  });

export interface Waiting extends SippRun {
  uri: string;
}

function listen(srf: Srf, record: (event: string, source: string, detail?: string) => void): void {
  srf.on('cdr:attempt', source => record('attempt', source));
  srf.on('cdr:start', (source, _, role) => record('start', source, role));
  srf.on('cdr:stop', (source, _, reason) => record('stop', source, reason));
}

export class Stage {
  constructor(
    readonly server: TestSipServer,
    /** It is ours; else a drachtio-server. */
    readonly builtIn: boolean,
  ) {}

  /**
   * An application that has logged in; the server knows its routes. It goes with the test.
   * @param record what it is to do with cdr events
   */
  async application(
    t: Test,
    handlers: Record<string, Handler> = {},
    record?: (event: string, source: string, detail?: string) => void,
  ): Promise<Application> {
    const srf = new Srf();
    if (record) listen(srf, record);
    const methods = srf as unknown as Record<string, (handler: Handler) => void>;
    for (const [method, handler] of Object.entries(handlers)) methods[method]?.call(srf, handler);
    srf.on('error', () => undefined);
    const connected = once(srf, 'connect');
    srf.connect(this.server.control);
    const [error] = await connected;
    if (error) throw error;
    t.teardown(() => srf.disconnect());
    const application = srf as unknown as Application;
    // One answer to each frame, in their order: this refusal comes after the answers to the routes.
    await new Promise(resolve => application.request('sip:', { method: 'OPTIONS' }, resolve));
    return application;
  }

  /** sipp calls the server; resolves when all has gone as written. */
  async call(
    t: Test,
    steps: readonly string[],
    { transport = 'udp', seconds = 60 }: { transport?: SippTransport; seconds?: number } = {},
  ): Promise<void> {
    const port = transport === 'udp' ? this.server.udpPort : this.server.tcpPort;
    if (port === undefined) throw new Error(`the server has no ${transport}`);
    const run = await sippWith(t, 'caller', script('caller', steps), {
      remote: `127.0.0.1:${port}`,
      service: 'service',
      transport,
      args: ['-timeout', `${seconds}s`],
    });
    await run.done;
  }

  /** sipp waits to be called. */
  async wait(t: Test, steps: readonly string[], transport?: SippTransport): Promise<Waiting> {
    const run = await sippWith(t, 'callee', script('callee', steps), { transport });
    const parameter = transport === undefined ? '' : `;transport=${transport}`;
    return { ...run, uri: `sip:callee@127.0.0.1:${run.port}${parameter}` };
  }
}

/**
 * Runs scenarios on each server that is present: the built-in one, and the drachtio-server that
 * RINGBRIDGE_TEST_DRACHTIO names.
 * @param flags for the built-in one
 */
export function onEachServer(
  scenarios: (t: Test, stage: Stage) => Promise<void>,
  flags: (t: Test) => string[] | Promise<string[]> = () => [],
): void {
  for (const server of sipServersUnderTest()) {
    test(`on the ${server.name} SIP server`, async t => {
      await scenarios(t, new Stage(await server.start(t, await flags(t)), server.name === 'built-in'));
    });
  }
}
