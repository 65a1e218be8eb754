/** Media servers behind the gateway's port. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { connectBuiltinMedia, type Endpoint, type MediaServer } from '../../../gateway/media/index.js';
import { houseMusic, startMediaEngine } from '../../../test/support/media-engine.js';
import { type Bed, callOf, type Kind, kinds, offeringBrowser, phone } from './bed.js';

const logger = pino({ level: 'silent' });

export function portBed(server: MediaServer, pids: Record<string, number>, stop: () => Promise<void>): Bed {
  const folder = mkdtempSync(join(tmpdir(), 'bench-media-'));

  async function answeredPhone() {
    const party = await phone();
    const endpoint = await server.createEndpoint({ kind: 'rtp', remoteSdp: party.peer.sdp() });
    party.peer.connect(endpoint.localSdp);
    return { party, endpoint };
  }

  async function answeredBrowser() {
    const party = offeringBrowser();
    const endpoint = await server.createEndpoint({ kind: 'webrtc', remoteSdp: party.peer.sdp });
    const connected = new Promise<void>(resolve => endpoint.on('connected', resolve));
    party.peer.accept(endpoint.localSdp);
    await Promise.all([connected, party.peer.opened]);
    return { party, endpoint };
  }

  async function record(endpoint: Endpoint) {
    const file = join(folder, `${randomUUID()}.wav`);
    const recording = await endpoint.record({ file, sides: 'both' });
    return async () => {
      await recording.stop();
      rmSync(file, { force: true });
    };
  }

  return {
    name: server.engine,
    pids,
    kinds: kinds.filter(kind => kind !== 'recorded' || server.capabilities.has('record_stereo')),
    async call(kind: Kind) {
      const first = kind === 'webrtc' ? await answeredBrowser() : await answeredPhone();
      const second = await answeredPhone();
      await first.endpoint.bridge(second.endpoint);
      const endRecording = kind === 'recorded' ? await record(first.endpoint) : async () => undefined;
      return callOf(first.party, second.party, async () => {
        await endRecording();
        await Promise.all([first.endpoint.destroy(), second.endpoint.destroy()]);
      });
    },
    async stop() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Ports for twice as many legs as the longest step has. */
export async function builtinBed(calls: number, nodeFlags: readonly string[]): Promise<Bed> {
  const ports = Math.max(2000, calls * 8);
  const flags = ['--rtp-ports', `20000-${20_000 + ports - 1}`, '--max-endpoints', String(calls * 2 + 100)];
  const engine = await startMediaEngine({ flags, nodeFlags });
  const { host, port, secret } = engine;
  const server = await connectBuiltinMedia({ host, port, secret, houseMusic, owner: 'bench', logger });
  return portBed(server, { server: engine.process.pid as number }, async () => {
    await server.close();
    await engine.stop();
  });
}
