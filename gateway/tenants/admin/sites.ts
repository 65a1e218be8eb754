import { type Static, Type } from '@fastify/type-provider-typebox';
import { ApiError } from '../../errors.js';
import { NullableTimestamp, Uuid } from '../../schemas.js';
import type { Fragment, Sql } from '../../store/index.js';
import { type Greeting, WidgetSettings } from '../widget-settings.js';
import { auditEvent } from './audit.js';
import { refusingConflicts } from './conflicts.js';
import type { Resource } from './resource.js';

const Name = Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' });
/** RFC 6454 6.1: scheme, host, and port where it is not the usual one; no path. */
const Origin = Type.String({
  maxLength: 255,
  pattern: '^https?://([a-z0-9-]+\\.)*[a-z0-9-]+(:[0-9]{1,5})?$',
  description: 'An origin whose pages may show the widget, such as https://www.example.com.',
});
const Origins = Type.Array(Origin, { minItems: 1, maxItems: 50, uniqueItems: true });
const Locales = Type.Array(Type.Union([Type.Literal('en'), Type.Literal('ko')]), {
  minItems: 1,
  uniqueItems: true,
});

export const SiteView = Type.Object({
  id: Type.String(),
  key: Type.String(),
  name: Type.String(),
  origins: Type.Array(Type.String()),
  locales: Type.Array(Type.String()),
  widget: WidgetSettings,
  disabledAt: NullableTimestamp,
  version: Type.Integer(),
});
type SiteView = Static<typeof SiteView>;

const create = Type.Object(
  {
    key: Type.String({
      pattern: '^[A-Za-z0-9_-]{1,64}$',
      description: "What the widget's tag names; it never changes.",
    }),
    name: Name,
    origins: Origins,
    locales: Type.Optional(Locales),
  },
  { additionalProperties: false },
);
const change = Type.Object({
  name: Type.Optional(Name),
  origins: Type.Optional(Origins),
  locales: Type.Optional(Locales),
  widget: Type.Optional(WidgetSettings),
  disabled: Type.Optional(Type.Boolean({ description: 'A disabled site shows no widget.' })),
});

function select(sql: Sql, tenantId: string, more: Fragment = sql``) {
  return sql<SiteView[]>`
    select id, key, name, origins, locales, widget, disabled_at as "disabledAt", version from sites
    where tenant_id = ${tenantId} ${more} order by disabled_at nulls first, lower(name), id`;
}

/**
 * A greeting is counted by its key, and leads to a counter of the company.
 * @throws ApiError key_taken, queue_unknown
 */
async function requireSoundGreetings(sql: Sql, tenantId: string, greetings: readonly Greeting[]) {
  const keys = greetings.map(({ key }) => key);
  const again = keys.findIndex((key, index) => keys.indexOf(key) !== index);
  if (again >= 0) throw new ApiError('key_taken', { field: `widget.greetings.${again}.key` });
  const queues = await sql<{ key: string }[]>`select key from queues where tenant_id = ${tenantId}`;
  const lost = greetings.findIndex(({ queue }) => !queues.some(({ key }) => key === queue));
  if (lost >= 0) throw new ApiError('queue_unknown', { field: `widget.greetings.${lost}.queue` });
}

export function sitesResource(sql: Sql) {
  async function one(tenantId: string, id: string): Promise<SiteView> {
    const [site] = await select(sql, tenantId, sql`and id = ${id}`);
    if (!site) throw new ApiError('not_found');
    return site;
  }

  return {
    name: 'sites',
    noun: 'a site',
    key: Uuid,
    view: SiteView,
    create,
    change,
    list: tenantId => select(sql, tenantId),
    async add(by, { key, name, origins, locales = ['en', 'ko'] }) {
      const [row] = await refusingConflicts(
        () => sql<{ id: string }[]>`
          with changed as (
            insert into sites (tenant_id, key, name, origins, locales)
            values (${by.tenantId}, ${key}, ${name.trim()}, ${origins}, ${locales}) returning id, name
          ), audited as (${auditEvent(sql, by, { kind: 'site', action: 'created', name: sql`name` }, { key, origins, locales })})
          select id from changed`,
      );
      return await one(by.tenantId, row!.id);
    },
    async edit(by, id, version, fields) {
      const { name, origins, locales, widget, disabled } = fields;
      if (widget?.greetings) await requireSoundGreetings(sql, by.tenantId, widget.greetings);
      const rows = await sql`
        with changed as (
          update sites set version = version + 1, name = coalesce(${name?.trim() ?? null}, name),
            origins = coalesce(${origins ?? null}::text[], origins), locales = coalesce(${locales ?? null}::text[], locales),
            widget = coalesce(${widget ? sql.json(widget) : null}::jsonb, widget),
            disabled_at = case ${disabled ?? null}::boolean when true then coalesce(disabled_at, now()) when false then null
              else disabled_at end
          where tenant_id = ${by.tenantId} and id = ${id} and version = ${version} returning id, name
        ), audited as (${auditEvent(sql, by, { kind: 'site', action: 'changed', name: sql`name` }, fields)})
        select id from changed`;
      return rows.length > 0 ? await one(by.tenantId, id) : undefined;
    },
  } satisfies Resource<typeof SiteView, typeof create, typeof change>;
}
