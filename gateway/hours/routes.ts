import type { FastifyPluginAsync } from 'fastify';
import type { Sql } from '../store/index.js';
import { mountResource, requireSession, requireSettingsRole } from '../tenants/index.js';
import { holidaysResource, hoursResource } from './admin.js';

/** Hours and holidays, for administrators. */
export const hoursRoutes: FastifyPluginAsync<{ sql: Sql }> = async (app, { sql }) => {
  app.addHook('onRequest', requireSession(sql));
  app.addHook('onRequest', requireSettingsRole);
  mountResource(app, hoursResource(sql));
  mountResource(app, holidaysResource(sql));
};
