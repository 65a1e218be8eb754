import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { IdParams, PointInTime, refusals, Timestamp, Uuid } from '../../schemas.js';
import type { Sql } from '../../store/index.js';
import type { PasswordBox, Telephony } from '../../telephony/index.js';
import { requireRole, requireSession, requireSettingsRole } from '../auth.js';
import { signOutEverywhere } from '../sign-out.js';
import { listAudit } from './audit.js';
import { companyRoutes } from './company.js';
import { acceptInvitation, invite } from './invitations.js';
import { numbersResource } from './numbers.js';
import { administrator, mountResource } from './resource.js';
import { sitesResource } from './sites.js';
import { trunksResource, trunkTestRoutes } from './trunks.js';
import { usersResource } from './users.js';

export interface AdminRouteOptions {
  sql: Sql;
  telephony: Telephony;
  /** Where the passwords of the company's trunks are kept. */
  trunkPasswords: PasswordBox;
  loginsPerMinute: number;
}

const tags = ['administration'];

const AuditEntry = Type.Object({
  id: Type.String(),
  at: Timestamp,
  by: Type.Object({
    id: Type.Union([Type.String(), Type.Null()], { description: 'Null: at a command line.' }),
    name: Type.String(),
  }),
  kind: Type.String(),
  action: Type.String({ description: 'created, changed or removed' }),
  name: Type.String(),
  change: Type.Record(Type.String(), Type.Unknown()),
});

/** What administrators of a company see to: its people, sites, numbers and trunks, and who has changed what. */
export const adminRoutes: FastifyPluginAsyncTypebox<AdminRouteOptions> = async (app, options) => {
  const { sql, telephony, trunkPasswords, loginsPerMinute } = options;
  await app.register(invitationRoutes, { sql, loginsPerMinute, telephony });
  await app.register(async admin => {
    admin.addHook('onRequest', requireSession(sql));
    admin.addHook('onRequest', requireSettingsRole);
    await admin.register(companyRoutes, { sql, telephony });
    const users = usersResource({ sql, signOutEverywhere: user => signOutEverywhere(sql, telephony, user) });
    mountResource(admin, users);
    mountResource(admin, sitesResource(sql));
    mountResource(admin, numbersResource(sql));
    await admin.register(peopleRoutes, { sql });
    await admin.register(auditRoutes, { sql });
    mountResource(admin, trunksResource({ sql, telephony, trunkPasswords }));
    await admin.register(trunkTestRoutes, { telephony });
  });
};

const peopleRoutes: FastifyPluginAsyncTypebox<{ sql: Sql }> = async (app, { sql }) => {
  app.post(
    '/admin/users/:id/invitation',
    {
      schema: {
        tags,
        summary: 'Let a user choose a password',
        description: 'The token is shown once and works once, within seven days; an earlier one is void.',
        params: IdParams,
        response: { 201: Type.Object({ token: Type.String(), expiresAt: Timestamp }), ...refusals },
      },
    },
    async (request, reply) =>
      reply.status(201).send(await invite(sql, administrator(request), request.params.id)),
  );
};

const auditRoutes: FastifyPluginAsyncTypebox<{ sql: Sql }> = async (app, { sql }) => {
  app.addHook('onRequest', requireRole('admin'));
  app.get(
    '/admin/audit',
    {
      schema: {
        tags,
        summary: 'Who has changed what, the newest first',
        querystring: Type.Object({
          limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
          before: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}$' })),
          kind: Type.Optional(Type.String({ pattern: '^[a-z_]{1,40}$' })),
          by: Type.Optional(Uuid),
          from: Type.Optional(PointInTime),
          until: Type.Optional(PointInTime),
          name: Type.Optional(
            Type.String({ maxLength: 80, description: 'Part of the name of what was changed.' }),
          ),
        }),
        response: { 200: Type.Object({ entries: Type.Array(AuditEntry) }), ...refusals },
      },
    },
    async request => ({
      entries: await listAudit(sql, administrator(request).tenantId, request.query),
    }),
  );
};

const invitationRoutes: FastifyPluginAsyncTypebox<Omit<AdminRouteOptions, 'trunkPasswords'>> = async (
  app,
  options,
) => {
  const { sql, telephony, loginsPerMinute } = options;
  app.post(
    '/invitations/accept',
    {
      config: { rateLimit: { max: loginsPerMinute, timeWindow: '1 minute' } },
      schema: {
        tags: ['sessions'],
        summary: 'Choose a password by an invitation',
        body: Type.Object(
          {
            token: Type.String({ minLength: 20, maxLength: 100 }),
            password: Type.String({ minLength: 10, maxLength: 256 }),
          },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ email: Type.String() }), ...refusals },
      },
    },
    async request => {
      const { token, password } = request.body;
      const { email, ...user } = await acceptInvitation(sql, token, password);
      await signOutEverywhere(sql, telephony, user);
      return { email };
    },
  );
};
