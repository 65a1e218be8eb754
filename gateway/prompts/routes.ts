import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '../errors.js';
import { refusals, Timestamp } from '../schemas.js';
import type { Sql } from '../store/index.js';
import { administrator, caller, requireSession, requireSettingsRole } from '../tenants/index.js';
import type { PromptFiles } from './files.js';
import {
  clips,
  isClip,
  kindOf,
  type Manifest,
  type ManifestEntry,
  type Pack,
  packs,
  readManifest,
  soundKindOf,
} from './packs.js';
import { listRecordings, type Recording, removeRecording, storeRecording } from './recordings.js';
import { convertApart } from './sound/converter.js';
import { SoundFault } from './sound/fault.js';

export interface PromptRouteOptions {
  sql: Sql;
  prompts: PromptFiles;
  /** Where the clips of the house are described. */
  promptsDir: string;
}

const uploadLimit = 32 * 1024 * 1024;
const uploadsPerMinute = 60;
const longestSeconds = { speech: 120, music: 600 } as const;

/** Names that browsers and tools have for the two formats. What a file is, its content says. */
const soundTypes = [
  'audio/wav',
  'audio/x-wav',
  'audio/wave',
  'audio/vnd.wave',
  'audio/mpeg',
  'audio/mp3',
  'application/octet-stream',
];

const PackName = Type.Union(packs.map(pack => Type.Literal(pack)));
const ClipParams = Type.Object({ pack: PackName, clip: Type.String({ pattern: '^[a-z0-9-]{1,60}$' }) });
type ClipParams = { pack: Pack; clip: string };

const Clip = Type.Object({
  clip: Type.String({ examples: ['welcome'] }),
  kind: Type.String({ description: 'prompt, part (of a spoken number, time or date) or music' }),
  text: Type.String({ description: 'What is, or should be, heard in it.' }),
  durationMs: Type.Integer(),
  level: Type.Number({ description: 'Mean of the active parts, dBov.' }),
  own: Type.Union([
    Type.Null(),
    Type.Object(
      {
        format: Type.String({ examples: ['MP3, 44100 Hz, 2 channels'] }),
        level: Type.Number({ description: 'As it was uploaded, dBov.' }),
        peak: Type.Number({
          description: 'The loudest sample as it was uploaded, dBov. 0 was clipped, very likely.',
        }),
        uploadedAt: Timestamp,
        uploadedBy: Type.String(),
      },
      { description: "The company's own recording, where there is one." },
    ),
  ]),
});

/** What callers hear, and how a company puts its own voice and music in the place of the house's. For admins. */
export const promptRoutes: FastifyPluginAsyncTypebox<PromptRouteOptions> = async (app, options) => {
  const { sql, prompts, promptsDir } = options;
  const manifests = Object.fromEntries(packs.map(pack => [pack, readManifest(promptsDir, pack)])) as Record<
    Pack,
    Manifest
  >;
  app.addHook('onRequest', requireSession(sql));
  app.addHook('onRequest', requireSettingsRole);
  app.addContentTypeParser(
    soundTypes,
    { parseAs: 'buffer', bodyLimit: uploadLimit },
    (_request, body, done) => done(null, body),
  );

  async function describe(tenantId: string, pack: Pack) {
    const own = new Map((await listRecordings(sql, tenantId, pack)).map(row => [row.clip, row]));
    const names = new Set([...Object.keys(clips[pack]), ...own.keys()]);
    return [...names].map(clip => describeClip(pack, clip, manifests[pack], own.get(clip)));
  }

  app.get(
    '/prompts/:pack',
    {
      schema: {
        tags: ['prompts'],
        summary: 'Every clip of a pack',
        description: '`en` and `ko` are the languages, `music` is of none.',
        params: Type.Object({ pack: PackName }),
        response: { 200: Type.Object({ clips: Type.Array(Clip) }), ...refusals },
      },
    },
    async request => ({ clips: await describe(caller(request).tenantId, request.params.pack) }),
  );

  app.get(
    '/prompts/:pack/:clip/sound',
    {
      schema: {
        tags: ['prompts'],
        summary: 'Hear a clip',
        description: "The company's own recording, else the house's: a WAV file.",
        params: ClipParams,
        produces: ['audio/wav'],
      },
    },
    async (request, reply) => {
      const name = nameOf(request);
      const sound = await prompts.sound(name);
      if (!sound) throw new ApiError('clip_unknown', { field: 'clip' });
      return await reply
        .type('audio/wav')
        .header('content-disposition', `inline; filename="${name.pack}-${name.clip}.wav"`)
        .header('cache-control', 'private, no-store')
        .send(sound);
    },
  );

  app.put(
    '/prompts/:pack/:clip/sound',
    {
      config: { rateLimit: { max: uploadsPerMinute, timeWindow: '1 minute' } },
      schema: {
        tags: ['prompts'],
        summary: "Replace a clip by the company's own",
        description:
          'The body is a WAV or MP3 file of at most 32 MiB; a clip lasts at most two minutes, music ten. It is ' +
          'converted to 8 kHz, one channel, 16 bit, and brought to the level of the house. A sentence that the house ' +
          'does not have is named own-…; `text` says what is heard in it.',
        params: ClipParams,
        querystring: Type.Object({ text: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })) }),
        consumes: ['audio/wav', 'audio/mpeg'],
        response: { 200: Clip, ...refusals },
      },
    },
    async request => {
      const name = nameOf(request);
      if (!Buffer.isBuffer(request.body)) throw new ApiError('unsupported_media_type');
      const kind = soundKindOf(name.pack);
      const sound = await convertApart({
        upload: request.body,
        kind,
        maxSeconds: longestSeconds[kind],
      }).catch((error: unknown) => {
        throw error instanceof SoundFault ? new ApiError(error.code, { params: error.params }) : error;
      });
      const { text } = request.query;
      await storeRecording(sql, administrator(request), name, { ...sound, text });
      const described = await describe(name.tenantId, name.pack);
      return described.find(({ clip }) => clip === name.clip)!;
    },
  );

  app.delete(
    '/prompts/:pack/:clip/sound',
    {
      schema: {
        tags: ['prompts'],
        summary: "Restore the house's clip",
        params: ClipParams,
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async (request, reply) => {
      await removeRecording(sql, administrator(request), nameOf(request));
      return reply.status(204).send(null);
    },
  );
};

/** @throws ApiError clip_unknown */
function nameOf(request: FastifyRequest) {
  const { pack, clip } = request.params as ClipParams;
  if (!isClip(pack, clip)) throw new ApiError('clip_unknown', { field: 'clip' });
  return { tenantId: caller(request).tenantId, pack, clip };
}

function describeClip(pack: Pack, clip: string, manifest: Manifest, own: Recording | undefined) {
  const text = clips[pack][clip] ?? own?.text ?? '';
  const { durationMs, level } = own ?? (manifest[clip] as ManifestEntry);
  return {
    clip,
    kind: kindOf(pack, clip),
    text,
    durationMs,
    level: tenths(level),
    own: own
      ? {
          format: own.original.description,
          level: tenths(own.original.active),
          peak: tenths(own.original.peak),
          uploadedAt: own.uploadedAt,
          uploadedBy: own.uploadedBy,
        }
      : null,
  };
}

const tenths = (db: number) => Math.round(db * 10) / 10;
