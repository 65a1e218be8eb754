/** A real Chromium for tests: finding it, starting it, and a WebRTC peer within a page of it that speaks and hears tones. */
import { createHash, X509Certificate } from 'node:crypto';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findProgram } from '../../scripts/test-run/programs.js';

const flags = [
  '--no-sandbox',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  // Without a network but loopback Chromium would never finish gathering candidates.
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

/** The flag with which it trusts a certificate, whoever signed it: by the hash of its public key. */
export function trusting(certificate: string): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return `--ignore-certificate-errors-spki-list=${createHash('sha256').update(key).digest('base64')}`;
}

/**
 * @param more further flags of the command line
 * @throws when no Chromium is installed: the sentence says how to name one
 */
export async function launchChromium(more: readonly string[] = []): Promise<Browser> {
  const executablePath = process.env.RINGBRIDGE_TEST_CHROMIUM ?? findProgram('chromium');
  if (executablePath === undefined) {
    throw new Error(
      'no Chromium is installed where it usually is; name one with RINGBRIDGE_TEST_CHROMIUM=/path/to/chromium',
    );
  }
  return chromium.launch({ executablePath, args: [...flags, ...more], headless: true });
}

/** A page of an origin that may ask for the microphone. Nobody serves it: the test answers for it. */
const origin = 'http://localhost/';

/** What lives in the page: kept on its window, driven by `evaluate`. */
interface InPage {
  connection: RTCPeerConnection;
  context: AudioContext;
  oscillator: OscillatorNode;
  loudness: GainNode;
  analyser: AnalyserNode;
}
declare global {
  interface Window {
    ringbridgeTestPeer: InPage;
  }
}

/** A peer connection in a page of its own, whose microphone is a tone and whose ear is a spectrum. */
export class ChromiumPeer {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** @param microphone the page has it, as a softphone's does: Chromium then tells each of its addresses, and not one. */
  static async open(browser: Browser, { microphone = false } = {}): Promise<ChromiumPeer> {
    const page = await browser.newPage();
    if (microphone)
      await page.route(origin, route =>
        route.fulfill({ contentType: 'text/html', body: '<title>peer</title>' }),
      );
    if (microphone) await page.goto(origin);
    await page.evaluate(async allowed => {
      const granted = allowed ? await navigator.mediaDevices.getUserMedia({ audio: true }) : undefined;
      for (const track of granted?.getTracks() ?? []) track.stop();
      const context = new AudioContext();
      const oscillator = context.createOscillator();
      const loudness = context.createGain();
      loudness.gain.value = 0;
      const microphone = context.createMediaStreamDestination();
      oscillator.connect(loudness).connect(microphone);
      oscillator.start();
      const analyser = context.createAnalyser();
      analyser.fftSize = 8192;
      const connection = new RTCPeerConnection();
      for (const track of microphone.stream.getTracks()) connection.addTrack(track, microphone.stream);
      connection.ontrack = ({ streams, track }) => {
        const stream = streams[0] ?? new MediaStream([track]);
        // Chromium decodes a remote track only while an element plays it.
        const element = new Audio();
        element.muted = true;
        element.srcObject = stream;
        void element.play();
        context.createMediaStreamSource(stream).connect(analyser);
      };
      window.ringbridgeTestPeer = { connection, context, oscillator, loudness, analyser };
    }, microphone);
    return new ChromiumPeer(page);
  }

  /** Makes an offer, a first or a later one, with all its candidates. */
  offer(direction: RTCRtpTransceiverDirection = 'sendrecv'): Promise<string> {
    return this.page.evaluate(async wanted => {
      const { connection } = window.ringbridgeTestPeer;
      for (const transceiver of connection.getTransceivers()) transceiver.direction = wanted;
      await connection.setLocalDescription(await connection.createOffer());
      while (connection.iceGatheringState !== 'complete') {
        await new Promise(resolve =>
          connection.addEventListener('icegatheringstatechange', resolve, { once: true }),
        );
      }
      return connection.localDescription!.sdp;
    }, direction);
  }

  async accept(answer: string): Promise<void> {
    await this.page.evaluate(
      sdp => window.ringbridgeTestPeer.connection.setRemoteDescription({ type: 'answer', sdp }),
      answer,
    );
  }

  answer(offer: string): Promise<string> {
    return this.page.evaluate(async sdp => {
      const { connection } = window.ringbridgeTestPeer;
      await connection.setRemoteDescription({ type: 'offer', sdp });
      await connection.setLocalDescription(await connection.createAnswer());
      // A peer that is another one now has Chromium gather anew, a moment after this.
      const gathered = () =>
        connection.iceGatheringState === 'complete' && /^a=candidate/m.test(connection.localDescription!.sdp);
      while (!gathered()) {
        await new Promise(resolve =>
          connection.addEventListener('icegatheringstatechange', resolve, { once: true }),
        );
      }
      return connection.localDescription!.sdp;
    }, offer);
  }

  /** Speaks a tone into the microphone. */
  async speak(frequency: number): Promise<void> {
    await this.page.evaluate(async hertz => {
      const { context, oscillator, loudness } = window.ringbridgeTestPeer;
      await context.resume();
      oscillator.frequency.value = hertz;
      loudness.gain.value = 0.25;
    }, frequency);
  }

  /** Resolves when the tone stands out of all else that is heard by 20 dB. */
  async hears(frequency: number, timeout = 15_000): Promise<void> {
    await this.page.waitForFunction(
      hertz => {
        const { analyser, context } = window.ringbridgeTestPeer;
        const levels = new Float32Array(analyser.frequencyBinCount);
        analyser.getFloatFrequencyData(levels);
        const binHz = context.sampleRate / analyser.fftSize;
        let [inside, outside] = [-Infinity, -Infinity];
        levels.forEach((level, bin) => {
          const near = Math.abs(bin * binHz - hertz) < 30;
          const clear = Math.abs(bin * binHz - hertz) > 100;
          if (near) inside = Math.max(inside, level);
          else if (clear) outside = Math.max(outside, level);
        });
        return inside > -60 && inside > outside + 20;
      },
      frequency,
      { polling: 50, timeout },
    );
  }

  /** Presses keys as a softphone does. */
  async press(keys: string): Promise<void> {
    await this.page.evaluate(tones => {
      const sender = window.ringbridgeTestPeer.connection.getSenders()[0]!;
      sender.dtmf!.insertDTMF(tones, 100, 70);
    }, keys);
  }

  /** Packets lost and received, by the browser's own account. */
  statistics(): Promise<{ packetsLost: number; packetsReceived: number }> {
    return this.page.evaluate(async () => {
      const report = await window.ringbridgeTestPeer.connection.getStats();
      let found = { packetsLost: 0, packetsReceived: 0 };
      report.forEach(entry => {
        if (entry.type === 'inbound-rtp') found = entry;
      });
      return { packetsLost: found.packetsLost, packetsReceived: found.packetsReceived };
    });
  }

  /** Hangs up without saying anything by SIP, as a closed tab does. */
  async close(): Promise<void> {
    await this.page.close();
  }
}
