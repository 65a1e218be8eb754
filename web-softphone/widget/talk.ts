/** The talk in the page: a script of its own, fetched when a visitor wants to talk in his browser. */
import type { Call } from './callback.js';
import { h } from './dom.js';
import type { TalkTexts } from './texts.js';

export interface TalkOptions {
  call: Call;
  text: TalkTexts;
  /** By which a page that is loaded anew in the same tab knows that the talk was here. */
  callbackId: string;
  answer(sdp: string): Promise<void>;
  /** Ends the call at the server. */
  leave(): Promise<void>;
  /** Whether an answer was refused because the call is over, or was answered elsewhere. */
  isOver(error: unknown): boolean;
  /** It was here, and waits for the visitor's hand. */
  onHeldUp(): void;
}

export interface Talk {
  element: HTMLElement;
  /** The visitor has hung up in this page: what the server calls meanwhile is not for him. */
  readonly hungUp: boolean;
  /** Somebody has answered: where it was not this page, there is nothing to do in it. */
  taken(): void;
  /** The server has ended it. */
  end(): void;
}

/** The tab is where the talk is: a reload and the next page are in it, other tabs are not. With each, whether he is muted. */
const tabKey = 'ringbridge:talk';
type Ear = 'heard' | 'muted';

/** A browser that forbids storage only takes one press more. */
function earOf(callbackId: string): Ear | undefined {
  try {
    const [id, ear] = sessionStorage.getItem(tabKey)?.split(' ') ?? [];
    return id === callbackId ? (ear as Ear) : undefined;
  } catch {
    return undefined;
  }
}

function rememberTab(callbackId: string, ear: Ear): void {
  try {
    sessionStorage.setItem(tabKey, `${callbackId} ${ear}`);
  } catch {
    // Forgotten, then.
  }
}

/** Whether this tab is the one in which he talks. */
export function talksHere(callbackId: string): boolean {
  return earOf(callbackId) !== undefined;
}

/** Whether the browser would ask for the microphone. Asked out of nothing, people say no. */
async function wouldAsk(): Promise<boolean> {
  try {
    const { state } = await navigator.permissions.query({ name: 'microphone' as PermissionName });
    return state !== 'granted';
  } catch {
    // It does not tell: then it is tried.
    return false;
  }
}

/** The server ends a call that is hung up; where it does not, it hears nothing more after so long. */
const goodbyeMs = 3_000;

/** Candidates that have not come by then do not help any more. */
const gatherMs = 2_000;

const constraints = { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } };

/** What is wrong with the microphone, in words for the visitor. */
export class MicrophoneError extends Error {
  override readonly name = 'MicrophoneError';
}

async function openMicrophone(text: TalkTexts): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    const denied = (error as DOMException).name === 'NotAllowedError';
    throw new MicrophoneError(text[denied ? 'refused' : 'missing'], { cause: error });
  }
}

/**
 * Asks for the microphone before there is a call, and lets go of it again: who waits is not listened to.
 * @throws MicrophoneError
 */
export async function askMicrophone(text: TalkTexts): Promise<void> {
  for (const track of (await openMicrophone(text)).getTracks()) track.stop();
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
export function startTalk(options: TalkOptions): Talk {
  const { call, text, callbackId, answer, leave, isOver, onHeldUp } = options;
  const peer = new RTCPeerConnection({ iceServers: call.iceServers });
  const ending = new AbortController();
  const { signal } = ending;
  let microphone: MediaStream | undefined;
  let answering = false;
  let hungUp = false;
  let muted = false;
  const speaker = h('audio', { autoplay: true });
  const said = h(
    'p',
    { class: 'talk-state', role: 'status', 'data-testid': 'rb-talk-state' },
    text.connecting,
  );
  const goOn = h(
    'button',
    { type: 'button', class: 'primary', hidden: true, 'data-testid': 'rb-go-on', click: takeUp },
    text.goOn,
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
  const element = h('div', { class: 'talk-box', 'data-testid': 'rb-talk' }, said, goOn, buttons, speaker);

  function toggleMute(): void {
    setMuted(!muted);
    rememberTab(callbackId, muted ? 'muted' : 'heard');
  }
  function setMuted(on: boolean): void {
    muted = on;
    for (const track of microphone?.getTracks() ?? []) track.enabled = !muted;
    mute.setAttribute('aria-pressed', String(muted));
    mute.textContent = muted ? text.unmute : text.mute;
  }
  function muffle(): void {
    ending.abort();
    for (const track of microphone?.getTracks() ?? []) track.stop();
  }
  function letGo(): void {
    muffle();
    peer.close();
  }
  function end(): void {
    letGo();
    element.remove();
  }
  /** Media that says goodbye by itself is a page that may come back: who hangs up says so, and the server ends it. */
  async function stop(): Promise<void> {
    hungUp = true;
    muffle();
    element.remove();
    // When the server cannot be told, it hears that no more sound comes.
    await leave().catch(() => undefined);
    setTimeout(() => peer.close(), goodbyeMs);
  }
  /** Nothing goes on without the visitor's hand. */
  function holdUp(words: string): void {
    said.textContent = words;
    goOn.hidden = false;
    if (talksHere(callbackId)) onHeldUp();
  }
  function play(): void {
    speaker.play().catch(error => {
      if ((error as DOMException).name === 'NotAllowedError') holdUp(text.waitsForYou);
    });
  }
  function takeUp(): void {
    goOn.hidden = true;
    if (answering) play();
    else void begin();
  }

  peer.addEventListener('track', ({ track }) => {
    speaker.srcObject = new MediaStream([track]);
    play();
  });
  peer.addEventListener('connectionstatechange', () => {
    if (peer.connectionState === 'connected') {
      said.textContent = '';
      mute.disabled = false;
    } else if (peer.connectionState === 'disconnected') said.textContent = text.lost;
    else if (peer.connectionState === 'failed') said.textContent = text.failed;
    element.dataset.connection = peer.connectionState;
  });
  // Whoever leaves the page may be on his way to the next one: the talk waits for him a while.
  addEventListener('pagehide', letGo, { signal });

  async function connect(): Promise<void> {
    microphone ??= await openMicrophone(text);
    if (signal.aborted) return muffle();
    // Who was muted on the page before is so on this one.
    setMuted(earOf(callbackId) === 'muted');
    if (!peer.localDescription) {
      for (const track of microphone.getTracks()) peer.addTrack(track, microphone);
      await peer.setRemoteDescription({ type: 'offer', sdp: call.offer });
      await peer.setLocalDescription();
      await gathered(peer);
    }
    if (signal.aborted) return;
    answering = true;
    await answer(peer.localDescription!.sdp);
    rememberTab(callbackId, muted ? 'muted' : 'heard');
  }
  async function begin(): Promise<void> {
    said.textContent = text.connecting;
    try {
      await connect();
    } catch (error) {
      if (signal.aborted) return;
      const words = error instanceof MicrophoneError ? error.message : text.failed;
      const over = isOver(error);
      answering = false;
      if (call.again && !over) return holdUp(words);
      letGo();
      buttons.remove();
      said.textContent = over ? text.elsewhere : words;
      if (!over) await leave().catch(() => undefined);
    }
  }
  async function beginAgain(): Promise<void> {
    if (!talksHere(callbackId) || (await wouldAsk())) holdUp(text.waitsForYou);
    else await begin();
  }
  if (call.again) void beginAgain();
  else {
    chime();
    void begin();
  }
  function taken(): void {
    if (!answering) end();
  }
  return {
    element,
    get hungUp() {
      return hungUp;
    },
    taken,
    end,
  };
}
