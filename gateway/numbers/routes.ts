import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { callableNumber } from '../callback/index.js';
import { ApiError } from '../errors.js';
import { NullableString, refusals, Timestamp } from '../schemas.js';
import type { Sql } from '../store/index.js';
import { administrator, requireSession, requireSettingsRole } from '../tenants/index.js';
import { beginProof, confirmProof, viewProof } from './proofs.js';
import type { NumberProver } from './prover.js';

export interface NumberProofOptions {
  sql: Sql;
  prover: NumberProver;
}

const Proof = Type.Object({
  id: Type.String(),
  state: Type.String({ description: 'calling, speaking, spoken or failed' }),
  outcome: NullableString,
  triesLeft: Type.Integer(),
  expiresAt: Timestamp,
});
const params = Type.Object({ key: Type.String({ pattern: '^\\+[1-9][0-9]{6,14}$' }) });
const tags = ['administration'];

/** The proof that a number is the company's own. */
export const numberProofRoutes: FastifyPluginAsyncTypebox<NumberProofOptions> = async (
  app,
  { sql, prover },
) => {
  app.addHook('onRequest', requireSession(sql));
  app.addHook('onRequest', requireSettingsRole);

  async function show(tenantId: string, number: string) {
    const proof = await viewProof(sql, tenantId, number);
    if (!proof) throw new ApiError('not_found');
    return proof;
  }

  app.post(
    '/admin/numbers/:key/proof',
    {
      schema: {
        tags,
        summary: 'Call a number and read it six digits',
        description:
          'Only countries that the company may call, and no premium numbers; three times an hour at most. The digits hold ' +
          'for ten minutes; a new call voids earlier ones.',
        params,
        body: Type.Object(
          { language: Type.Union([Type.Literal('en'), Type.Literal('ko')]) },
          { additionalProperties: false },
        ),
        response: { 202: Proof, ...refusals },
      },
    },
    async (request, reply) => {
      const by = administrator(request);
      const [tenant] = await sql<{ countries: string[] }[]>`
        select countries from tenants where id = ${by.tenantId}`;
      const number = callableNumber(request.params.key, tenant?.countries ?? []);
      const proof = await beginProof(sql, by, number);
      prover.call(proof, request.body.language);
      return reply.status(202).send(await show(by.tenantId, number));
    },
  );

  app.get(
    '/admin/numbers/:key/proof',
    {
      schema: {
        tags,
        summary: 'What became of the newest call',
        params,
        response: { 200: Proof, ...refusals },
      },
    },
    async request => await show(administrator(request).tenantId, request.params.key),
  );

  app.put(
    '/admin/numbers/:key/proof',
    {
      schema: {
        tags,
        summary: 'Tell the six digits: the number is proven',
        params,
        body: Type.Object({ code: Type.String({ pattern: '^[0-9]{6}$' }) }, { additionalProperties: false }),
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async (request, reply) => {
      await confirmProof(sql, administrator(request), request.params.key, request.body.code);
      return reply.status(204).send(null);
    },
  );
};
