import type { UA } from 'jssip';
import type { DTMFOptions, RTCSession } from 'jssip/lib/RTCSession.js';
import type { RTCSessionEvent } from 'jssip/lib/UA.js';
import type { SoftphoneAccess } from '../api/types.js';
import type { SessionEnd, SipAgent, SipAgentListener, SipSession } from './sip-agent.js';

/** After the first candidate the others have this long: an unreachable STUN server must not delay an answer. */
const gatheringMs = 300;
/** How long a logout waits for the registrar. */
const unregisterMs = 1_500;
/** Longer than any offer lasts: the server ends the ringing, not JsSIP. */
const noAnswerSeconds = 330;

const mediaCauses: ReadonlySet<string> = new Set([
  'WebRTC Error',
  'RTP Timeout',
  'Bad Media Description',
  'Incompatible SDP',
  'Missing SDP',
  'Internal Error',
]);

class JsSipSession implements SipSession {
  #gathering: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly session: RTCSession,
    readonly interactionId: string | null,
    private readonly toneTransport: DTMFOptions['transportType'],
  ) {
    session.on('icecandidate', ({ ready }) => {
      this.#gathering ??= setTimeout(ready, gatheringMs);
    });
    session.on('sdp', ({ originator }) => {
      if (String(originator) === 'local') this.#stopGathering();
    });
  }

  answer(microphone: MediaStream, iceServers: RTCIceServer[]): void {
    this.session.answer({
      mediaStream: microphone,
      mediaConstraints: { audio: true, video: false },
      pcConfig: { iceServers, bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' },
    });
  }

  end(): void {
    if (!this.session.isEnded()) this.session.terminate();
  }

  refuse(): void {
    if (!this.session.isEnded()) this.session.terminate({ status_code: 486 });
  }

  hold(done: () => void): boolean {
    return this.session.hold({}, done);
  }

  resume(done: () => void): boolean {
    return this.session.unhold({}, done);
  }

  mute(muted: boolean): void {
    if (muted) this.session.mute({ audio: true });
    else this.session.unmute({ audio: true });
  }

  async speakThrough(microphone: MediaStream): Promise<void> {
    const [track] = microphone.getAudioTracks();
    const sender = this.session.connection.getSenders().find(({ track }) => track?.kind === 'audio');
    if (!track || !sender?.track) return;
    track.enabled = sender.track.enabled;
    await sender.replaceTrack(track);
  }

  sendTone(tone: string): void {
    this.session.sendDTMF(tone, { transportType: this.toneTransport, duration: 120, interToneGap: 70 });
  }

  onConfirmed(listener: () => void): void {
    this.session.on('confirmed', listener);
  }

  onPeerConnection(listener: (connection: RTCPeerConnection) => void): void {
    this.session.on('peerconnection', ({ peerconnection }) => listener(peerconnection));
  }

  onEnded(listener: (reason: SessionEnd) => void): void {
    const ended = (cause: string) => {
      this.#stopGathering();
      listener(mediaCauses.has(cause) ? 'media' : 'ended');
    };
    this.session.on('ended', ({ cause }) => ended(cause));
    this.session.on('failed', ({ cause }) => ended(cause));
  }

  #stopGathering(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
  }
}

class JsSipAgent implements SipAgent {
  constructor(private readonly ua: UA) {}

  start(): void {
    this.ua.start();
  }

  async stop(): Promise<void> {
    const registered = this.ua.isRegistered();
    const gone = new Promise<void>(resolve => {
      this.ua.on('unregistered', () => resolve());
      setTimeout(resolve, registered ? unregisterMs : 0);
    });
    this.ua.stop();
    await gone;
  }
}

/** Loads JsSIP when it is first needed, and makes a user agent of it. */
export async function createJsSipAgent(
  access: SoftphoneAccess,
  listener: SipAgentListener,
): Promise<SipAgent> {
  // A CommonJS module: what it exports is its default.
  const { UA, WebSocketInterface, C } = (await import('jssip')).default;
  const ua = new UA({
    sockets: [new WebSocketInterface(access.wsUrl)],
    uri: access.uri,
    authorization_user: access.username,
    password: access.password,
    register: true,
    register_expires: 120,
    session_timers: false,
    no_answer_timeout: noAnswerSeconds,
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 15,
    user_agent: 'Ringbridge desktop',
  });
  ua.on('connected', () => listener.connected());
  ua.on('disconnected', () => listener.lost());
  ua.on('registered', () => listener.registered());
  ua.on('registrationFailed', () => listener.refused());
  ua.on('newRTCSession', ({ session, request, originator }: RTCSessionEvent) => {
    if (String(originator) !== 'remote') return;
    const interactionId = request.getHeader('X-Ringbridge-Interaction') ?? null;
    listener.invited(new JsSipSession(session, interactionId, C.DTMF_TRANSPORT.RFC2833));
  });
  return new JsSipAgent(ua);
}
