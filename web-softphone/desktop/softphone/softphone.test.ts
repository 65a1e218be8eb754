import t from 'tap';
import type { SoftphoneAccess } from '../api/types.js';
import type { SessionEnd, SipAgentListener, SipSession } from './sip-agent.js';
import { Softphone } from './softphone.js';

class FakeSession implements SipSession {
  readonly log: string[] = [];
  /** What JsSIP says when a re-INVITE is under way. */
  ready = true;
  confirm: () => void = () => undefined;
  connect: (connection: RTCPeerConnection) => void = () => undefined;
  agree: () => void = () => undefined;
  #ended: (reason: SessionEnd) => void = () => undefined;

  constructor(readonly interactionId: string | null) {}

  answer(microphone: MediaStream, iceServers: RTCIceServer[]): void {
    this.log.push(`answer ${microphone.id} ${iceServers.length}`);
  }

  end(): void {
    this.log.push('end');
    this.finish('ended');
  }

  refuse(): void {
    this.log.push('refuse');
  }

  hold(done: () => void): boolean {
    this.agree = done;
    return this.ready;
  }

  resume(done: () => void): boolean {
    this.agree = done;
    return this.ready;
  }

  mute(muted: boolean): void {
    this.log.push(muted ? 'mute' : 'unmute');
  }

  async speakThrough(microphone: MediaStream): Promise<void> {
    this.log.push(`through ${microphone.id}`);
  }

  sendTone(tone: string): void {
    this.log.push(`tone ${tone}`);
  }

  onConfirmed(listener: () => void): void {
    this.confirm = listener;
  }

  onPeerConnection(listener: (connection: RTCPeerConnection) => void): void {
    this.connect = listener;
  }

  onEnded(listener: (reason: SessionEnd) => void): void {
    this.#ended = listener;
  }

  finish(reason: SessionEnd): void {
    this.#ended(reason);
  }
}

const access: SoftphoneAccess = {
  wsUrl: 'ws://127.0.0.1:1',
  uri: 'sip:a@example.test',
  username: 'a',
  password: 'secret',
  expiresAt: '2100-01-01T00:00:00Z',
  iceServers: [{ urls: 'stun:127.0.0.1:1' }],
};

async function setUp({ microphone = true, onAccess = () => undefined as unknown } = {}) {
  const audio: string[] = [];
  let opened = 0;
  const phone = new Promise<{ softphone: Softphone; listener: SipAgentListener }>(resolve => {
    const softphone = new Softphone({
      hold: async () => undefined,
      access: async () => {
        onAccess();
        return access;
      },
      createAgent: async (_access, listener) => ({
        start: () => resolve({ softphone, listener }),
        stop: async () => undefined,
      }),
      microphone: {
        open: async () => {
          if (!microphone) throw new Error('denied');
          opened += 1;
          audio.push(`open ${opened}`);
          return { id: String(opened) } as MediaStream;
        },
        close: stream => audio.push(`close ${stream.id}`),
      },
      givesWay: id => id === 'test',
      speaker: { attach: () => audio.push('attach'), release: () => audio.push('release') },
    });
    softphone.start();
  });
  const { softphone, listener } = await phone;
  listener.connected();
  listener.registered();
  t.teardown(() => softphone.stop());
  const phase = () => softphone.call.get().phase;
  const ring = (id: string | null) => {
    const session = new FakeSession(id);
    listener.invited(session);
    return session;
  };
  return { softphone, ring, phase, audio };
}

async function talking(options: Parameters<typeof setUp>[0] = {}) {
  const desk = await setUp(options);
  const session = desk.ring('i1');
  await desk.softphone.prepare();
  desk.softphone.answer('i1');
  session.confirm();
  return { ...desk, session };
}

t.test('rings until it is accepted, then answers with the microphone that was opened for it', async t => {
  const { softphone, ring, phase, audio } = await setUp();
  const session = ring('i1');
  t.equal(phase(), 'ringing');
  t.same(session.log, [], 'nothing is answered by itself');
  await softphone.prepare();
  t.equal(phase(), 'ringing', 'a microphone is not consent');
  softphone.answer('i1');
  t.equal(phase(), 'answering');
  t.same(session.log, ['answer 1 1']);
  session.connect(new EventTarget() as RTCPeerConnection);
  session.confirm();
  t.equal(phase(), 'connected');
  session.finish('ended');
  t.equal(phase(), 'idle');
  t.same(audio, ['open 1', 'attach', 'release', 'close 1']);
});

t.test('an accepted call whose INVITE comes later is answered when it comes', async t => {
  const { softphone, ring, phase } = await setUp();
  await softphone.prepare();
  softphone.answer('i1');
  t.equal(phase(), 'idle');
  const session = ring('i1');
  t.same(session.log, ['answer 1 1']);
  t.equal(phase(), 'answering');
});

t.test('another call than the accepted one is not answered', async t => {
  const { softphone, ring } = await setUp();
  await softphone.prepare();
  softphone.answer('i1');
  const other = ring('i2');
  t.same(other.log, []);
  other.finish('ended');
  const session = ring('i1');
  t.same(session.log, ['answer 1 1'], 'the microphone has waited for its call');
});

t.test('a refused acceptance closes the microphone; a running call keeps it', async t => {
  const idle = await setUp();
  idle.ring('i1');
  await idle.softphone.prepare();
  idle.softphone.forget();
  t.same(idle.audio, ['open 1', 'close 1']);

  const { softphone, audio } = await talking();
  softphone.forget();
  t.same(audio, ['open 1']);
});

t.test('without a microphone nothing is answered', async t => {
  const { softphone, ring, phase } = await setUp({ microphone: false });
  const session = ring('i1');
  await t.rejects(softphone.prepare(), { message: 'denied' });
  t.equal(phase(), 'ringing');
  t.same(session.log, []);
});

t.test('one call at a time: the second INVITE is busy, and its end is not ours', async t => {
  const { ring, phase, session } = await talking();
  const second = ring('i2');
  t.same(second.log, ['refuse']);
  second.finish('ended');
  t.equal(phase(), 'connected');
  t.same(session.log, ['answer 1 1']);
});

t.test('a call back into the same talk takes the place of the line that is lost', async t => {
  const { softphone, ring, phase, session, audio } = await talking();
  const second = ring('i1');
  t.same(session.log, ['answer 1 1', 'end']);
  t.same(second.log, [], 'it is not refused');
  t.equal(phase(), 'ringing');
  await softphone.prepare();
  softphone.answer('i1');
  second.confirm();
  session.finish('ended');
  t.equal(phase(), 'connected', 'the end of the old line is no news');
  t.same(audio, ['open 1', 'release', 'close 1', 'open 2']);
});

t.test('a path that breaks is answered with another registration, and the call goes on', async t => {
  let registrations = 0;
  const { session, phase } = await talking({ onAccess: () => registrations++ });
  const connection = Object.assign(new EventTarget(), { iceConnectionState: 'connected' });
  session.connect(connection as unknown as RTCPeerConnection);
  connection.dispatchEvent(new Event('iceconnectionstatechange'));
  t.equal(registrations, 1);
  connection.iceConnectionState = 'disconnected';
  connection.dispatchEvent(new Event('iceconnectionstatechange'));
  t.equal(registrations, 2);
  t.equal(phase(), 'connected');
});

t.test('hold and back show what the other side has agreed to', async t => {
  const { softphone, phase, session } = await talking();
  softphone.toggleHold();
  t.equal(phase(), 'holding');
  softphone.toggleHold();
  t.equal(phase(), 'holding', 'one change at a time');
  session.agree();
  t.equal(phase(), 'held');
  softphone.toggleHold();
  t.equal(phase(), 'resuming');
  session.agree();
  t.equal(phase(), 'connected');
});

t.test('a hold that cannot begin changes nothing, one that is overtaken by the end neither', async t => {
  const { softphone, phase, session } = await talking();
  session.ready = false;
  softphone.toggleHold();
  t.equal(phase(), 'connected');
  session.ready = true;
  softphone.toggleHold();
  session.finish('ended');
  session.agree();
  t.equal(phase(), 'idle');
});

t.test('mute and tones reach a call that stands, and no other', async t => {
  const { softphone, ring } = await setUp();
  const ringing = ring('i1');
  softphone.setMuted(true);
  softphone.sendTone('1');
  t.same(ringing.log, []);
  t.equal(softphone.call.get().muted, false);

  const { softphone: other, session } = await talking();
  other.setMuted(true);
  t.equal(other.call.get().muted, true);
  other.sendTone('#');
  other.setMuted(false);
  t.same(session.log, ['answer 1 1', 'mute', 'tone #', 'unmute']);
  other.setMuted(true);
  session.finish('ended');
  t.equal(other.call.get().muted, false, 'the next call is not muted');
});

t.test('nothing is sent while the server holds, over the next line neither', async t => {
  const { softphone, ring, session } = await talking();
  softphone.silence(true);
  t.equal(softphone.call.get().muted, false, 'that is not what the agent has chosen');
  softphone.setMuted(true);
  softphone.setMuted(false);
  t.same(session.log.slice(1), ['mute', 'mute', 'mute'], 'and he cannot choose otherwise');

  const next = ring('i1');
  await softphone.prepare();
  softphone.answer('i1');
  next.confirm();
  t.same(next.log, ['answer 2 1', 'mute']);
  softphone.setMuted(true);
  softphone.silence(false);
  t.same(next.log.slice(2), ['mute', 'mute'], 'he has muted himself meanwhile');
  softphone.setMuted(false);
  t.equal(next.log.at(-1), 'unmute');
});

t.test('a call without audio is told until the next one', async t => {
  const { softphone, ring, session } = await talking();
  session.finish('media');
  t.equal(softphone.call.get().mediaFailed, true);
  ring('i2');
  t.equal(softphone.call.get().mediaFailed, false);
});

t.test('stopping hangs up and gives the microphone back', async t => {
  const { softphone, session, audio } = await talking();
  await softphone.stop();
  t.same(session.log, ['answer 1 1', 'end']);
  t.same(audio, ['open 1', 'release', 'close 1']);
  t.equal(softphone.line.get(), 'off');
});

t.test('another microphone in the middle of a call, and none without one', async t => {
  const { softphone, session, audio } = await talking();
  audio.length = 0;
  await softphone.changeMicrophone();
  t.same(session.log.at(-1), 'through 2');
  t.same(audio, ['open 2', 'close 1'], 'the old one is let go');
  session.finish('ended');
  t.same(audio.slice(2), ['release', 'close 2']);
  await softphone.changeMicrophone();
  t.same(audio.slice(4), [], 'without a call nothing is opened');
});

t.test('a test gives way to a call, and not the other way round', async t => {
  const { softphone, ring, phase } = await setUp();
  const test = ring('test');
  await softphone.prepare();
  softphone.answer('test');
  test.confirm();
  const call = ring('i1');
  t.same(test.log.at(-1), 'end');
  t.equal(softphone.call.get().interactionId, 'i1');
  t.equal(phase(), 'ringing');
  const late = ring('test');
  t.same(late.log, ['refuse']);
  t.same(call.log, []);
});
