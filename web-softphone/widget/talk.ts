/** The talk in the page: a script of its own, fetched when a visitor wants to talk in his browser. */
import type { Call } from './callback.js';
import { h } from './dom.js';
import type { Language } from './launcher-texts.js';
import { talkTexts } from './talk-texts.js';

export interface TalkOptions {
  call: Call;
  language: Language;
  answer(sdp: string): Promise<void>;
  /** Ends the call at the server; also while the page is being left. */
  leave(): Promise<void>;
  /** Whether an answer was refused because the call is over, or was answered elsewhere. */
  isOver(error: unknown): boolean;
}

export interface Talk {
  element: HTMLElement;
  /** The server has ended it. */
  end(): void;
}

/** Candidates that have not come by then do not help any more. */
const gatherMs = 2_000;

const constraints = { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } };

/** What is wrong with the microphone, in words for the visitor. */
export class MicrophoneError extends Error {
  override readonly name = 'MicrophoneError';
}

async function openMicrophone(language: Language): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    const denied = (error as DOMException).name === 'NotAllowedError';
    throw new MicrophoneError(talkTexts[language][denied ? 'refused' : 'missing'], { cause: error });
  }
}

/**
 * Asks for the microphone before there is a call, and lets go of it again: who waits is not listened to.
 * @throws MicrophoneError
 */
export async function askMicrophone(language: Language): Promise<void> {
  for (const track of (await openMicrophone(language)).getTracks()) track.stop();
}

/** Two soft notes: the visitor may be looking elsewhere. */
function chime(): void {
  const context = new AudioContext();
  for (const [index, frequency] of [660, 880].entries()) {
    const start = context.currentTime + index * 0.18;
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setTargetAtTime(0.12, start, 0.01);
    gain.gain.setTargetAtTime(0, start + 0.12, 0.04);
    const note = new OscillatorNode(context, { frequency });
    note.connect(gain).connect(context.destination);
    note.start(start);
    note.stop(start + 0.5);
    if (index === 1) note.onended = () => void context.close();
  }
}

/** Resolves when all candidates are known, or enough time has passed. */
function gathered(peer: RTCPeerConnection): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, gatherMs);
    const look = () => {
      if (peer.iceGatheringState !== 'complete') return;
      clearTimeout(timer);
      resolve();
    };
    peer.addEventListener('icegatheringstatechange', look);
    look();
  });
}

/** Answers a call and keeps it until either side ends it. */
export function startTalk({ call, language, answer, leave, isOver }: TalkOptions): Talk {
  const text = talkTexts[language];
  const peer = new RTCPeerConnection({ iceServers: call.iceServers });
  const ending = new AbortController();
  const { signal } = ending;
  let microphone: MediaStream | undefined;
  const speaker = h('audio', { autoplay: true });
  const said = h(
    'p',
    { class: 'talk-state', role: 'status', 'data-testid': 'rb-talk-state' },
    text.connecting,
  );
  const mute = h(
    'button',
    { type: 'button', disabled: true, 'aria-pressed': 'false', 'data-testid': 'rb-mute', click: toggleMute },
    text.mute,
  );
  const hangUp = h(
    'button',
    { type: 'button', class: 'danger', 'data-testid': 'rb-hangup', click: () => void stop() },
    text.hangUp,
  );
  const buttons = h('div', { class: 'row' }, mute, hangUp);
  const element = h('div', { class: 'talk-box', 'data-testid': 'rb-talk' }, said, buttons, speaker);

  function toggleMute(): void {
    const muted = mute.getAttribute('aria-pressed') !== 'true';
    for (const track of microphone?.getTracks() ?? []) track.enabled = !muted;
    mute.setAttribute('aria-pressed', String(muted));
    mute.textContent = muted ? text.unmute : text.mute;
  }
  function letGo(): void {
    ending.abort();
    peer.close();
    for (const track of microphone?.getTracks() ?? []) track.stop();
  }
  function end(): void {
    letGo();
    element.remove();
  }
  async function stop(): Promise<void> {
    end();
    // When the server cannot be told, it hears that no more sound comes.
    await leave().catch(() => undefined);
  }

  peer.addEventListener('track', ({ track }) => {
    speaker.srcObject = new MediaStream([track]);
  });
  peer.addEventListener('connectionstatechange', () => {
    if (peer.connectionState === 'connected') {
      said.textContent = '';
      mute.disabled = false;
    } else if (peer.connectionState === 'disconnected') said.textContent = text.lost;
    else if (peer.connectionState === 'failed') said.textContent = text.failed;
    element.dataset.connection = peer.connectionState;
  });
  // A page that is left takes the call with it: better the agent hears of it at once than of silence.
  addEventListener('pagehide', () => void stop(), { signal });
  addEventListener('beforeunload', event => event.preventDefault(), { signal });

  async function connect(): Promise<void> {
    microphone = await openMicrophone(language);
    for (const track of microphone.getTracks()) peer.addTrack(track, microphone);
    await peer.setRemoteDescription({ type: 'offer', sdp: call.offer });
    await peer.setLocalDescription();
    await gathered(peer);
    if (!signal.aborted) await answer(peer.localDescription!.sdp);
  }
  chime();
  connect().catch(async error => {
    if (signal.aborted) return;
    letGo();
    buttons.remove();
    const over = isOver(error);
    said.textContent = over ? text.elsewhere : error instanceof MicrophoneError ? error.message : text.failed;
    if (!over) await leave().catch(() => undefined);
  });
  return { element, end };
}
