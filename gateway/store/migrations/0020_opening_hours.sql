-- When a tenant's queues are open: hours of the week with their time zone, public holidays by a delivered calendar,
-- and the tenant's own days.

create table opening_hours (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  key text not null check (key ~ '^[a-z0-9-]{1,40}$'),
  -- IANA name
  time_zone text not null,
  -- weekday → spans of the clock, e.g. {"mon": ["09:00-12:00", "13:00-18:00"], "fri": ["22:00-06:00"]}
  weekly jsonb not null check (jsonb_typeof(weekly) = 'object'),
  -- whose public holidays are closed days: a calendar of gateway/hours
  public_holidays text check (public_holidays in ('KR')),
  unique (tenant_id, id),
  unique (tenant_id, key)
);

-- The tenant's own holidays and days with hours of their own; they go before the public ones.
create table holidays (
  tenant_id uuid not null references tenants,
  day date not null,
  -- locale → name
  name jsonb not null check (jsonb_typeof(name) = 'object'),
  -- spans of the clock; empty is closed, null is a day as any other although it is a public holiday
  hours text[] default '{}',
  primary key (tenant_id, day)
);

-- A queue without hours is always open.
alter table queues
  add column opening_hours_id uuid,
  add foreign key (tenant_id, opening_hours_id) references opening_hours (tenant_id, id);
