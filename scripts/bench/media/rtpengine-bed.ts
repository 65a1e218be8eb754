/** rtpengine beside ours: as a proxy of media it stands between two peers, and is told both of their descriptions. */
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { freeUdpPort } from '../../../test/support/sipp.js';
import { WebRtcPeer } from '../../../test/support/webrtc-peer.js';
import { type Bed, callOf, type Kind, offeringBrowser, phone } from './bed.js';
import { type Bencoded, decode, encode } from './bencode.js';

const answerMs = 5_000;
const startTries = 50;

/** rtpengine's NG protocol: a cookie and a bencoded dictionary in a datagram, each way. */
class Control {
  readonly #socket: Socket;
  readonly #port: number;
  readonly #waiting = new Map<string, (answer: Bencoded) => void>();

  constructor(port: number) {
    this.#port = port;
    this.#socket = createSocket('udp4');
    this.#socket.on('message', message => {
      const space = message.indexOf(' ');
      this.#waiting.get(message.toString('latin1', 0, space))?.(decode(message.subarray(space + 1)));
    });
    // The port is closed until the server is up; whoever asks hears nothing.
    this.#socket.on('error', () => undefined);
  }

  async ask(request: { [key: string]: Bencoded }, waitMs = answerMs): Promise<{ [key: string]: Bencoded }> {
    const cookie = randomBytes(6).toString('hex');
    const timeout = AbortSignal.timeout(waitMs);
    try {
      const answer = await new Promise<Bencoded>((resolve, reject) => {
        timeout.addEventListener('abort', () => reject(new Error('rtpengine does not answer')));
        this.#waiting.set(cookie, resolve);
        this.#socket.send(`${cookie} ${encode(request)}`, this.#port, '127.0.0.1');
      });
      const result = answer as { [key: string]: Bencoded };
      if (result.result === 'error') throw new Error(`rtpengine: ${String(result['error-reason'])}`);
      return result;
    } finally {
      this.#waiting.delete(cookie);
    }
  }

  close(): void {
    this.#socket.close();
  }
}

/** Starts rtpengine without its kernel module: packets pass through its process, as they pass through ours. */
export async function rtpengineBed(program: string): Promise<Bed> {
  const port = await freeUdpPort();
  const child = spawn(
    program,
    [
      ...['--config-file=none', '--foreground', '--log-stderr', '--log-level=3', '--table=-1'],
      ...['--interface=127.0.0.1', `--listen-ng=127.0.0.1:${port}`, '--port-min=40000', '--port-max=60000'],
      ...['--pidfile=/dev/null', '--num-threads=1'],
    ],
    { stdio: ['ignore', 'ignore', 'ignore'] },
  );
  const exited = once(child, 'exit');
  const control = new Control(port);
  for (let left = startTries; ; left--) {
    try {
      await control.ask({ command: 'ping' }, 200);
      break;
    } catch (error) {
      if (left === 0 || child.exitCode !== null) throw error;
      await delay(100);
    }
  }

  async function call(kind: Kind) {
    const ids = { 'call-id': randomUUID(), 'from-tag': 'first' };
    const first = kind === 'webrtc' ? offeringBrowser() : undefined;
    const caller = first ?? (await phone());
    const second = await phone();
    const common = { ...ids, replace: ['origin'], flags: ['trust-address'] };
    const offered = await control.ask({
      ...common,
      command: 'offer',
      sdp: typeof caller.peer.sdp === 'string' ? caller.peer.sdp : caller.peer.sdp(),
      'transport-protocol': 'RTP/AVP',
      ICE: 'remove',
      'rtcp-mux': ['demux'],
    });
    second.peer.connect(String(offered.sdp));
    const { sdp: answer } = await control.ask({
      ...common,
      command: 'answer',
      'to-tag': 'second',
      sdp: second.peer.sdp(),
      'transport-protocol': first ? 'UDP/TLS/RTP/SAVPF' : 'RTP/AVP',
      ICE: first ? 'force' : 'remove',
    });
    if (caller.peer instanceof WebRtcPeer) {
      caller.peer.accept(String(answer));
      await caller.peer.opened;
    } else caller.peer.connect(String(answer));
    return callOf(caller, second, async () => {
      await control.ask({ command: 'delete', ...ids });
    });
  }

  return {
    name: 'rtpengine',
    pids: { server: child.pid as number },
    kinds: ['webrtc', 'rtp'],
    call,
    async stop() {
      control.close();
      child.kill('SIGTERM');
      await exited;
    },
  };
}
