/** What runs in the browser's page: JsSIP, and a name by which a test reaches it. Bundled by softphone.ts. */
import JsSIP from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession.js';
import type { RTCSessionEvent } from 'jssip/lib/UA.js';

export interface Access {
  wsUrl: string;
  uri: string;
  username: string;
  password: string;
}

export interface InPage {
  start(access: Access): void;
  call(target: string): void;
  answer(): void;
  hold(): void;
  resume(): void;
  hangUp(): void;
}

declare global {
  interface Window {
    softphone: InPage;
    /** Tells the test what happened. */
    happened(what: string): Promise<void>;
  }
}

const agentEvents = ['connected', 'disconnected', 'registered', 'registrationFailed'] as const;
const sessionEvents = ['progress', 'confirmed', 'ended', 'failed'] as const;
const audio = { mediaConstraints: { audio: true, video: false } };

const speaker = new Audio();
let agent: JsSIP.UA | undefined;
let session: RTCSession | undefined;

function listen({ peerconnection }: { peerconnection: RTCPeerConnection }): void {
  peerconnection.ontrack = ({ track }) => {
    // Chromium decodes a remote track only while an element plays it.
    speaker.srcObject = new MediaStream([track]);
    void speaker.play();
  };
}

function watch(newest: RTCSession): void {
  session = newest;
  for (const name of sessionEvents) {
    newest.on(name, (event: { originator: unknown }) => window.happened(`${name} ${event.originator}`));
  }
  newest.on('peerconnection', listen);
  // Candidates of this machine come at once; those of the outside never.
  newest.on('icecandidate', ({ ready }) => ready());
}

window.softphone = {
  start({ wsUrl, uri, username, password }) {
    agent = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(wsUrl)],
      uri,
      authorization_user: username,
      password,
      register_expires: 600,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 2,
    });
    for (const name of agentEvents) agent.on(name, () => window.happened(name));
    agent.on('newRTCSession', ({ session: newest, originator }: RTCSessionEvent) => {
      watch(newest);
      window.happened(`call ${originator}`);
    });
    agent.start();
  },
  // The connection of a call of its own is there before the session is announced.
  call: target => void agent?.call(target, { ...audio, eventHandlers: { peerconnection: listen } }),
  answer: () => session?.answer(audio),
  hold: () => void session?.hold({}, () => window.happened('held')),
  resume: () => void session?.unhold({}, () => window.happened('resumed')),
  hangUp: () => session?.terminate(),
};
