import type { FastifyPluginAsync } from 'fastify';
import type { Sql } from '../../store/index.js';
import { mountResource, requireSession, requireSettingsRole } from '../../tenants/index.js';
import { queuesResource } from './queues.js';
import { skillsResource } from './skills.js';

/** Queues and skills, for administrators. */
export const queueAdminRoutes: FastifyPluginAsync<{ sql: Sql }> = async (app, { sql }) => {
  app.addHook('onRequest', requireSession(sql));
  app.addHook('onRequest', requireSettingsRole);
  mountResource(app, queuesResource(sql));
  mountResource(app, skillsResource(sql));
};
