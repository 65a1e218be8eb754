import { type FastifyPluginAsyncTypebox, type Static, Type } from '@fastify/type-provider-typebox';
import { isSupportedCountry } from 'libphonenumber-js/max';
import { ApiError } from '../../errors.js';
import { refusals } from '../../schemas.js';
import type { Sql } from '../../store/index.js';
import type { Telephony } from '../../telephony/index.js';
import { isTimeZone } from '../../time-zone.js';
import { auditEvent } from './audit.js';
import { administrator } from './resource.js';

const Company = Type.Object({
  name: Type.String(),
  locale: Type.String(),
  timeZone: Type.String(),
  countries: Type.Array(Type.String()),
  callerId: Type.String(),
  monitoringShown: Type.Boolean({ description: 'An agent sees that a supervisor is in his talk.' }),
  operatorTrunks: Type.Boolean({ description: "Calls go over the operator's trunks, too." }),
  version: Type.Integer(),
});

const change = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' })),
    locale: Type.Optional(Type.Union([Type.Literal('en'), Type.Literal('ko')])),
    timeZone: Type.Optional(Type.String({ maxLength: 60, description: 'IANA name, such as Asia/Seoul.' })),
    countries: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Z]{2}$' }), {
        minItems: 1,
        maxItems: 250,
        uniqueItems: true,
        description:
          'ISO 3166 codes of the countries that may be called; numbers without prefix are of the first.',
      }),
    ),
    callerId: Type.Optional(
      Type.String({
        pattern: '^\\+[1-9][0-9]{6,14}$',
        description: 'One of the proven numbers, presented to customers.',
      }),
    ),
    monitoringShown: Type.Optional(
      Type.Boolean({ description: 'Whether an agent sees that a supervisor is in his talk.' }),
    ),
    operatorTrunks: Type.Optional(
      Type.Boolean({
        description:
          "Whether calls go over the operator's trunks, after the company's own or where it has none that fits.",
      }),
    ),
    version: Type.Integer({ minimum: 1, description: 'The version that was read.' }),
  },
  { additionalProperties: false },
);

async function read(sql: Sql, tenantId: string): Promise<Static<typeof Company>> {
  const [company] = await sql<Static<typeof Company>[]>`
    select name, locale, time_zone as "timeZone", countries, caller_id as "callerId",
      monitoring_shown as "monitoringShown", operator_trunks as "operatorTrunks", version
    from tenants where id = ${tenantId}`;
  if (!company) throw new ApiError('not_found');
  return company;
}

/** The company itself: how it is called, which clock it lives by, whom it may call and as who. */
export const companyRoutes: FastifyPluginAsyncTypebox<{ sql: Sql; telephony: Telephony }> = async (
  app,
  { sql, telephony },
) => {
  const tags = ['administration'];

  app.get(
    '/admin/company',
    { schema: { tags, summary: 'The company', response: { 200: Company, ...refusals } } },
    async request => await read(sql, administrator(request).tenantId),
  );

  app.patch(
    '/admin/company',
    {
      schema: { tags, summary: 'Change the company', body: change, response: { 200: Company, ...refusals } },
    },
    async request => {
      const by = administrator(request);
      const { version, ...fields } = request.body;
      const { name, locale, timeZone, countries, callerId, monitoringShown, operatorTrunks } = fields;
      if (timeZone !== undefined && !isTimeZone(timeZone))
        throw new ApiError('time_zone_unknown', { field: 'timeZone' });
      const unknown = countries?.find(country => !isSupportedCountry(country));
      if (unknown !== undefined)
        throw new ApiError('country_unknown', { field: 'countries', params: { country: unknown } });
      const rows = await sql<{ proven: boolean }[]>`
        with proven as (
          select ${callerId ?? null}::text is null or exists (select from tenant_numbers
            where tenant_id = ${by.tenantId} and number = ${callerId ?? null} and verified_at is not null) as proven
        ), changed as (
          update tenants t set version = version + 1, name = coalesce(${name?.trim() ?? null}, t.name),
            locale = coalesce(${locale ?? null}, t.locale), time_zone = coalesce(${timeZone ?? null}, t.time_zone),
            countries = coalesce(${countries ?? null}::text[], t.countries), caller_id = coalesce(${callerId ?? null}, t.caller_id),
            monitoring_shown = coalesce(${monitoringShown ?? null}::boolean, t.monitoring_shown),
            operator_trunks = coalesce(${operatorTrunks ?? null}::boolean, t.operator_trunks)
          from proven where t.id = ${by.tenantId} and t.version = ${version} and proven.proven returning t.name
        ), audited as (${auditEvent(sql, by, { kind: 'company', action: 'changed', name: sql`name` }, fields)})
        select proven from proven left join changed on true where changed.name is not null or not proven`;
      const [row] = rows;
      if (row?.proven === false) throw new ApiError('number_not_proven', { field: 'callerId' });
      if (!row) throw new ApiError('changed_meanwhile');
      if (operatorTrunks !== undefined) await telephony.readTrunks();
      return await read(sql, by.tenantId);
    },
  );
};
