import { type Static, type TObject, type TSchema, Type } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../../errors.js';
import { refusals } from '../../schemas.js';
import { caller } from '../auth.js';
import type { Administrator } from './audit.js';

/** Something that administrators see as a list and change one by one. */
export interface Resource<View extends TSchema, Create extends TObject, Change extends TObject> {
  /** Path and name in the list's answer: `users`. */
  name: string;
  /** In summaries: `a user`. */
  noun: string;
  /** How one is named in the path; its format. */
  key: TSchema;
  view: View;
  create: Create;
  /** Every field optional; the version that was read comes with it. */
  change: Change;
  list(tenantId: string): Promise<Static<View>[]>;
  /** @throws ApiError what stands in the way */
  add(by: Administrator, fields: Static<Create>): Promise<Static<View>>;
  /** @returns undefined when there is none of that key and version */
  edit(
    by: Administrator,
    key: string,
    version: number,
    fields: Static<Change>,
  ): Promise<Static<View> | undefined>;
  /** Where it can be taken away for good. @returns whether there was one of that key and version */
  remove?(by: Administrator, key: string, version: number): Promise<boolean>;
}

export function administrator(request: FastifyRequest): Administrator {
  const { tenantId, user } = caller(request);
  return { tenantId, userId: user.id };
}

const version = Type.Integer({ minimum: 1, description: 'The version that was read.' });

/**
 * Mounts the routes of a resource. A change names the version it was made from: when somebody else was faster it is
 * refused as `changed_meanwhile`, and nobody's work is overwritten unseen.
 */
export function mountResource<View extends TSchema, Create extends TObject, Change extends TObject>(
  app: FastifyInstance,
  resource: Resource<View, Create, Change>,
): void {
  const { name, noun, view, create, change } = resource;
  const tags = ['administration'];
  const params = Type.Object({ key: resource.key });

  /** Tells one that is not there from one that is another by now. */
  async function refuse(tenantId: string, key: string): Promise<never> {
    const all = (await resource.list(tenantId)) as Record<string, unknown>[];
    const exists = all.some(one => [one.id, one.key, one.number, one.day].includes(key));
    throw new ApiError(exists ? 'changed_meanwhile' : 'not_found');
  }

  app.get(
    `/admin/${name}`,
    {
      schema: {
        tags,
        summary: `All ${name}`,
        response: { 200: Type.Object({ [name]: Type.Array(view) }), ...refusals },
      },
    },
    async request => ({ [name]: await resource.list(administrator(request).tenantId) }),
  );

  app.post(
    `/admin/${name}`,
    { schema: { tags, summary: `Add ${noun}`, body: create, response: { 201: view, ...refusals } } },
    async (request, reply) =>
      reply.status(201).send(await resource.add(administrator(request), request.body as Static<Create>)),
  );

  app.patch(
    `/admin/${name}/:key`,
    {
      schema: {
        tags,
        summary: `Change ${noun}`,
        params,
        body: Type.Object({ ...change.properties, version }, { additionalProperties: false }),
        response: { 200: view, ...refusals },
      },
    },
    async request => {
      const by = administrator(request);
      const { key } = request.params as { key: string };
      const { version: read, ...fields } = request.body as { version: number } & Static<Change>;
      return (
        (await resource.edit(by, key, read, fields as unknown as Static<Change>)) ??
        (await refuse(by.tenantId, key))
      );
    },
  );

  if (!resource.remove) return;
  app.delete(
    `/admin/${name}/:key`,
    {
      schema: {
        tags,
        summary: `Remove ${noun}`,
        params,
        querystring: Type.Object({ version }),
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async (request, reply) => {
      const by = administrator(request);
      const { key } = request.params as { key: string };
      const { version: read } = request.query as { version: number };
      if (!(await resource.remove?.(by, key, read))) await refuse(by.tenantId, key);
      return reply.status(204).send(null);
    },
  );
}
