/** An application that waits for the server to connect, once for each new request. */
import { once } from 'node:events';
import type { Server } from 'node:net';
import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { freePort } from '../../../scripts/ports.js';
import { caller, expect } from '../testing/sipp-script.js';
import { onEachServer } from '../testing/stage.js';

/** Where the built-in server is to connect to. */
let port: number;

onEachServer(
  async (t, stage) => {
    const handlerPort = stage.builtIn ? port : stage.server.handlerPort;
    if (handlerPort === undefined) throw new Error('the server has no request handler');

    await t.test('a MESSAGE', async t => {
      const srf = new Srf() as Srf & { endSession(req: SrfRequest): void };
      srf.on('error', () => undefined);
      const ended: Promise<unknown>[] = [];
      srf.use('message', (req: SrfRequest, res: SrfResponse) => {
        res.send(202, { headers: { 'X-Heard': req.get('X-Said') } });
        ended.push(once((req as unknown as { socket: NodeJS.EventEmitter }).socket, 'close'));
        srf.endSession(req);
      });
      const { secret } = stage.server.control;
      const server = srf.listen({ port: handlerPort, host: '127.0.0.1', secret }) as unknown as Server;
      t.teardown(() => server.close());
      if (!server.listening) await once(server, 'listening');
      for (const said of ['one', 'two'])
        await stage.call(t, [
          caller.asks('MESSAGE', { fields: [['X-Said', said]] }),
          expect(202, { 'X-Heard': said }),
        ]);
      t.equal(ended.length, 2);
      await Promise.all(ended);
    });

    await t.test('nobody waits there', async t => {
      await stage.call(t, [caller.asks('MESSAGE'), expect(480)]);
    });
  },
  async () => {
    port = await freePort();
    return ['--request-handler', `MESSAGE=tcp://127.0.0.1:${port}`];
  },
);
