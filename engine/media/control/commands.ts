import type { Clip } from '../audio/clip.js';
import { holdMusic } from '../audio/music.js';
import { toneClip } from '../audio/tones.js';
import { readWav } from '../audio/wav.js';
import { Bridge } from '../bridge.js';
import type { Endpoint } from '../endpoint/endpoint.js';
import type { EndpointRegistry, Subscriber } from '../endpoint/registry.js';
import { MediaFault } from '../fault.js';
import type { Params } from './params.js';

export interface CommandContext {
  registry: EndpointRegistry;
  subscriber: Subscriber;
}

type Command = (context: CommandContext, params: Params) => unknown;

const idLength = 64;

function endpointOf({ registry, subscriber }: CommandContext, params: Params, name = 'endpoint'): Endpoint {
  return registry.get(subscriber.owner, params.text(name, idLength));
}

function describe(endpoint: Endpoint) {
  const { id, kind, label, localSdp, held, isConnected } = endpoint;
  return { endpoint: id, kind, label, localSdp, held, connected: isConnected };
}

function bridgeOf(endpoint: Endpoint): Bridge | undefined {
  return endpoint.sink instanceof Bridge ? endpoint.sink : undefined;
}

async function clipFor(source: Params): Promise<Clip> {
  if (source.has('tone'))
    return toneClip(source.oneOf('tone', ['ringback', 'busy']), source.optionalText('country', 2));
  if (source.has('music')) {
    source.oneOf('music', ['default']);
    return holdMusic();
  }
  return readWav(source.text('file', 4096));
}

/** Everything an owner may ask once it is logged in: `docs/media-protocol.md` describes each. */
export const commands: Readonly<Record<string, Command>> = {
  async create(context, params) {
    const kind = params.oneOf('kind', ['webrtc', 'rtp']);
    const label = params.optionalText('label', 128) ?? '';
    return describe(
      await context.registry.create(context.subscriber, kind, label, params.optionalSdp('remoteSdp')),
    );
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
    const other = endpointOf(context, params, 'other');
    if (endpoint === other) throw new MediaFault('bad_request', 'an endpoint cannot be bridged with itself');
    Bridge.join(endpoint, other);
    return {};
  },

  unbridge(context, params) {
    bridgeOf(endpointOf(context, params))?.part();
    return {};
  },

  async play(context, params) {
    const endpoint = endpointOf(context, params);
    const clip = await clipFor(params.object('source'));
    if (endpoint.destroyed) throw new MediaFault('unknown_endpoint', 'the endpoint was destroyed meanwhile');
    return { reason: await endpoint.play(clip) };
  },

  stop(context, params) {
    endpointOf(context, params).stop();
    return {};
  },

  async sendDigits(context, params) {
    const toneMs = params.milliseconds('toneMs', 120, 40, 5000);
    await endpointOf(context, params).dial(
      params.keys('digits'),
      toneMs,
      params.milliseconds('gapMs', 80, 40, 5000),
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

  status({ registry }) {
    return { endpoints: registry.size, capacity: registry.capacity };
  },
};
