import { isAbsolute } from 'node:path';
import { type Clip, looped, silentClip } from '../audio/clip.js';
import type { SoundFiles } from '../audio/sound-files.js';
import { beepClip, toneClip } from '../audio/tones.js';
import { allKeys, isKeys } from '../dtmf.js';
import type { Endpoint } from '../endpoint/endpoint.js';
import type { PlayOptions } from '../endpoint/playlist.js';
import type { EndpointRegistry, Subscriber } from '../endpoint/registry.js';
import { MediaFault } from '../fault.js';
import type { Recorder } from '../recording/recorder.js';
import { Room } from '../room/room.js';
import { unwatch, watch } from '../room/watch.js';
import type { Params } from './params.js';

export interface CommandContext {
  registry: EndpointRegistry;
  files: SoundFiles;
  subscriber: Subscriber;
}

type Command = (context: CommandContext, params: Params) => unknown;

const idLength = 64;

function endpointOf({ registry, subscriber }: CommandContext, params: Params, name = 'endpoint'): Endpoint {
  return registry.get(subscriber.owner, params.text(name, idLength));
}

function describe(endpoint: Endpoint) {
  const { id, kind, label, localSdp, held, isConnected, lostReason: lost } = endpoint;
  return { endpoint: id, kind, label, localSdp, held, connected: isConnected, lost };
}

/** Another endpoint of the same owner. */
function otherOf(context: CommandContext, params: Params, name: string, endpoint: Endpoint): Endpoint {
  const other = endpointOf(context, params, name);
  if (other === endpoint) throw new MediaFault('bad_request', 'an endpoint cannot be joined with itself');
  return other;
}

function conferenceOf({ registry, subscriber }: CommandContext, params: Params): Room {
  return registry.conferences.get(subscriber.owner, params.text('conference', idLength));
}

function recordingOf({ registry, subscriber }: CommandContext, params: Params): Recorder {
  return registry.recordings.get(subscriber.owner, params.text('recording', idLength));
}

function recordingPath(params: Params): string {
  const file = params.text('file', 4096);
  if (!isAbsolute(file) || !file.endsWith('.wav'))
    throw new MediaFault('bad_request', 'file is no absolute path that ends in .wav');
  return file;
}

const maxSources = 64;
const longestSilenceMs = 600_000;
const longestRecordingMs = 24 * 3_600_000;
const longestWatchMs = 3_600_000;

async function clipFor(source: Params, files: SoundFiles): Promise<Clip> {
  if (source.has('tone')) {
    const tone = source.oneOf('tone', ['ringback', 'busy', 'beep']);
    return tone === 'beep' ? beepClip() : toneClip(tone, source.optionalText('country', 2));
  }
  if (source.has('music')) return looped(await files.read(source.text('music', 4096)));
  if (source.has('silenceMs')) return silentClip(source.number('silenceMs', 0, 1, longestSilenceMs));
  return files.read(source.text('file', 4096));
}

function clipsFor(context: CommandContext, params: Params): Promise<Clip[]> {
  return Promise.all(params.objects('sources', maxSources).map(source => clipFor(source, context.files)));
}

function playOptions(params: Params): PlayOptions {
  const keys = params.optionalText('endOnDigit', 16)?.toUpperCase();
  if (keys !== undefined && keys !== 'ANY' && !isKeys(keys))
    throw new MediaFault('bad_request', 'endOnDigit is neither any nor of 0-9 * # A-D');
  return {
    // 0 stands for: until stopped.
    times: params.number('times', 1, 0, 1000) || Number.POSITIVE_INFINITY,
    endKeys: keys === 'ANY' ? allKeys : (keys ?? ''),
  };
}

/** Everything an owner may ask once it is logged in: `docs/media-protocol.md` describes each. */
export const commands: Readonly<Record<string, Command>> = {
  async create(context, params) {
    const kind = params.oneOf('kind', ['webrtc', 'rtp']);
    const label = params.optionalText('label', 128) ?? '';
    const remoteSdp = params.optionalSdp('remoteSdp');
    const music = params.optionalText('holdMusic', 4096);
    const holdMusic = music === undefined ? undefined : looped(await context.files.read(music));
    const request = { kind, label, holdMusic, inBandDigits: params.flag('inBandDigits') };
    return describe(await context.registry.create(context.subscriber, request, remoteSdp));
  },

  accept(context, params) {
    endpointOf(context, params).accept(params.sdp('answer'));
    return {};
  },

  async renegotiate(context, params) {
    return { localSdp: await endpointOf(context, params).renegotiate(params.sdp('offer')) };
  },

  bridge(context, params) {
    const endpoint = endpointOf(context, params);
    const other = otherOf(context, params, 'other', endpoint);
    unwatch(endpoint);
    unwatch(other);
    Room.bridge(context.registry.clock, endpoint, other);
    return {};
  },

  monitor(context, params) {
    const endpoint = endpointOf(context, params);
    const target = otherOf(context, params, 'target', endpoint);
    if (target.watching !== undefined)
      throw new MediaFault('bad_request', 'the target is itself one that monitors');
    watch(context.registry.clock, endpoint, target, params.oneOf('role', ['listen', 'whisper', 'barge']));
    return {};
  },

  unbridge(context, params) {
    const endpoint = endpointOf(context, params);
    unwatch(endpoint);
    endpoint.attach(undefined);
    return {};
  },

  createConference({ registry, subscriber }) {
    return { conference: registry.conferences.create(subscriber.owner, subscriber) };
  },

  addMember(context, params) {
    const room = conferenceOf(context, params);
    const endpoint = endpointOf(context, params);
    const role = params.oneOf('role', ['speak', 'listen', 'whisper']);
    const seatRole =
      role === 'whisper' ? { whisperTo: otherOf(context, params, 'whisperTo', endpoint) } : role;
    unwatch(endpoint);
    room.add(endpoint, seatRole);
    return {};
  },

  removeMember(context, params) {
    conferenceOf(context, params).remove(endpointOf(context, params));
    return {};
  },

  async playToConference(context, params) {
    const clips = await clipsFor(context, params);
    if (clips.some(({ times }) => times === Number.POSITIVE_INFINITY))
      throw new MediaFault('bad_request', 'a conference is played nothing that has no end');
    return conferenceOf(context, params).announce(clips);
  },

  destroyConference({ registry, subscriber }, params) {
    registry.conferences.destroy(subscriber.owner, params.text('conference', idLength));
    return {};
  },

  async record(context, params) {
    const endpoint = endpointOf(context, params);
    const file = recordingPath(params);
    const sides = params.oneOf('sides', ['peer', 'both']);
    const maxMs = params.has('maxMs') ? params.number('maxMs', 0, 1, longestRecordingMs) : undefined;
    const { registry, subscriber } = context;
    return { recording: await registry.recordings.start(subscriber.owner, endpoint, { file, sides, maxMs }) };
  },

  pauseRecording(context, params) {
    recordingOf(context, params).pause();
    return {};
  },

  resumeRecording(context, params) {
    recordingOf(context, params).resume();
    return {};
  },

  stopRecording(context, params) {
    return recordingOf(context, params).end('stopped');
  },

  recordingEnded(context, params) {
    return recordingOf(context, params).ended;
  },

  watchActivity(context, params) {
    endpointOf(context, params).watchActivity({
      silenceMs: params.number('silenceMs', 0, 100, longestWatchMs),
      noRtpMs: params.number('noRtpMs', 0, 100, longestWatchMs),
    });
    return {};
  },

  play(context, params) {
    const endpoint = endpointOf(context, params);
    return endpoint.play(clipsFor(context, params), playOptions(params));
  },

  stop(context, params) {
    endpointOf(context, params).stop();
    return {};
  },

  async sendDigits(context, params) {
    const toneMs = params.number('toneMs', 120, 40, 5000);
    await endpointOf(context, params).dial(
      params.keys('digits'),
      toneMs,
      params.number('gapMs', 80, 40, 5000),
    );
    return {};
  },

  statistics(context, params) {
    return endpointOf(context, params).statistics();
  },

  destroy({ registry, subscriber }, params) {
    return { statistics: registry.destroy(subscriber.owner, params.text('endpoint', idLength)) };
  },

  list({ registry, subscriber }) {
    const endpoints = registry.list(subscriber.owner);
    return { endpoints: endpoints.map(({ endpoint, orphaned }) => ({ ...describe(endpoint), orphaned })) };
  },

  adopt({ registry, subscriber }, params) {
    return describe(registry.adopt(subscriber, params.text('endpoint', idLength)));
  },

  async drain({ registry }) {
    await registry.drain();
    return {};
  },

  status({ registry }) {
    const { size, capacity, draining } = registry;
    return { endpoints: size, capacity, draining };
  },
};
