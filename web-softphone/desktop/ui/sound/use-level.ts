import { useEffect, useState } from 'react';
import { closeStream } from '../../softphone/microphone.js';
import { useDesktop } from '../hooks.js';

/** So often the bar moves, milliseconds. */
const everyMs = 80;
/** Who has said nothing for so long is told that nothing is heard, milliseconds. */
const silentMs = 5_000;
/** dBFS: what the bar begins with, and below which nothing is heard that anybody said. */
const quietest = -60;
const inaudible = -50;

/** Mean level of what has just come, dBFS. */
function levelOf(analyser: AnalyserNode, samples: Float32Array<ArrayBuffer>): number {
  analyser.getFloatTimeDomainData(samples);
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return power === 0 ? Number.NEGATIVE_INFINITY : 10 * Math.log10(power);
}

export interface Level {
  /** 0 to 100; null while nothing is listened to. */
  level: number | null;
  /** Nothing has been heard for a while. */
  silent: boolean;
}

const nothing: Level = { level: null, silent: false };

/** Listens to the microphone `device` as long as somebody looks, and `on` says so. */
export function useLevel(device: string, on: boolean): Level {
  const { microphone } = useDesktop();
  const [found, setFound] = useState(nothing);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another device is listened to anew
  useEffect(() => {
    if (!on) return;
    const ending = new AbortController();
    const { signal } = ending;
    const listen = async () => {
      const stream = await microphone.open();
      if (signal.aborted) return closeStream(stream);
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      analyser.fftSize = 2048;
      context.createMediaStreamSource(stream).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      let heardAt = performance.now();
      const look = setInterval(() => {
        const now = performance.now();
        const dB = levelOf(analyser, samples);
        if (dB > inaudible) heardAt = now;
        const level = Math.round(100 * Math.min(1, Math.max(0, 1 - dB / quietest)));
        setFound({ level, silent: now - heardAt > silentMs });
      }, everyMs);
      signal.addEventListener('abort', () => {
        clearInterval(look);
        closeStream(stream);
        void context.close();
      });
    };
    // Why it cannot be listened to is the microphone's state.
    listen().catch(() => undefined);
    return () => {
      ending.abort();
      setFound(nothing);
    };
  }, [device, on, microphone]);
  return found;
}
