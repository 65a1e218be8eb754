-- A visitor may talk in his browser instead of on a telephone: then there may be no number.
alter table interactions
  alter column phone drop not null,
  add column via text not null default 'phone' check (via in ('phone', 'browser')),
  add check (phone is not null or via = 'browser' or channel <> 'callback');

-- One call to a visitor's browser: offer and answer (RFC 3264) pass through here, since the gateway that calls need not be
-- the one that the page is connected to.
create table browser_calls (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  interaction_id uuid not null,
  offer text not null check (length(offer) <= 20000),
  answer text check (length(answer) <= 20000),
  called_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  foreign key (tenant_id, interaction_id) references interactions (tenant_id, id) on delete cascade
);
create index browser_calls_alive on browser_calls (interaction_id, called_at desc) where ended_at is null;
