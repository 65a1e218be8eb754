-- The foundation: companies, people, softphones, queues, interactions, legs, and the event log.
-- Every row names its tenant, and every foreign key between rows of a tenant carries the tenant, so that no
-- statement can join two companies by accident.

create table tenants (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique check (slug ~ '^[a-z0-9-]{1,40}$'),
  name text not null,
  locale text not null default 'en',
  time_zone text not null default 'UTC',
  -- ISO 3166 codes of the countries whose numbers may be called; the first is the one a number without prefix belongs to
  countries text[] not null check (cardinality(countries) > 0),
  -- E.164: the tenant's own number, presented to customers
  caller_id text not null check (caller_id ~ '^\+[1-9][0-9]{6,14}$'),
  created_at timestamptz not null default now()
);

create table sites (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  key text not null unique check (key ~ '^[A-Za-z0-9_-]{1,64}$'),
  name text not null,
  -- origins whose pages may show the widget, e.g. https://shop.example
  origins text[] not null,
  locales text[] not null default '{en,ko}',
  unique (tenant_id, id)
);

create table queues (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  key text not null check (key ~ '^[a-z0-9-]{1,40}$'),
  -- locale → name, e.g. {"en": "Sales", "ko": "구매 상담"}
  name jsonb not null check (jsonb_typeof(name) = 'object'),
  position int not null default 0,
  open boolean not null default true,
  offer_seconds int not null default 20 check (offer_seconds between 1 and 300),
  ring_seconds int not null default 45 check (ring_seconds between 1 and 300),
  wrap_up_seconds int not null default 60 check (wrap_up_seconds between 0 and 3600),
  unique (tenant_id, id),
  unique (tenant_id, key)
);

create table users (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  email text not null check (email = lower(email)),
  name text not null,
  role text not null check (role in ('agent', 'supervisor', 'admin')),
  locale text not null default 'en',
  -- scrypt$N$r$p$salt$hash, base64url
  password_hash text not null,
  unique (tenant_id, id),
  unique (email)
);

create table sessions (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  user_id uuid not null,
  token_hash bytea not null unique,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade,
  unique (tenant_id, id)
);

-- What the softphone of a login session registers with: useless after logout, because it goes with the session.
create table softphone_credentials (
  username text primary key,
  tenant_id uuid not null,
  user_id uuid not null,
  session_id uuid not null,
  -- RFC 2617 3.2.2.2 H(A1): the password itself is not kept
  ha1 text not null,
  expires_at timestamptz not null,
  foreign key (tenant_id, session_id) references sessions (tenant_id, id) on delete cascade,
  foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade
);
create index on softphone_credentials (tenant_id, session_id);

-- RFC 3261 10.3 bindings: where a user's softphone is now.
create table registrations (
  tenant_id uuid not null,
  user_id uuid not null,
  username text not null references softphone_credentials on delete cascade,
  contact text not null,
  -- websocket softphones want WebRTC, the others plain RTP
  transport text not null check (transport in ('udp', 'tcp', 'tls', 'ws', 'wss')),
  call_id text not null,
  cseq bigint not null,
  registered_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (username, contact),
  foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade
);
create index on registrations (tenant_id, user_id);

create table interactions (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  channel text not null check (channel in ('callback')),
  state text not null,
  outcome text,
  site_id uuid not null,
  queue_id uuid not null,
  agent_id uuid,
  phone text not null check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  name text,
  note text,
  locale text not null,
  page_url text,
  page_title text,
  -- HMAC of the requester's address: tells the visitor who asked from somebody who merely knows the number
  requester bytea,
  -- the place in the queue is that of this moment, whatever happens later
  requested_at timestamptz not null default clock_timestamp(),
  offered_at timestamptz,
  offer_expires_at timestamptz,
  accepted_at timestamptz,
  dialed_at timestamptz,
  bridged_at timestamptz,
  ended_at timestamptz,
  wrap_up_until timestamptz,
  done_at timestamptz,
  wrap_up_note text,
  disposition text,
  foreign key (tenant_id, site_id) references sites (tenant_id, id),
  foreign key (tenant_id, queue_id) references queues (tenant_id, id),
  foreign key (tenant_id, agent_id) references users (tenant_id, id),
  unique (tenant_id, id),
  check (state in ('waiting', 'offered', 'accepted', 'dialing', 'bridged', 'wrap_up', 'done')),
  check ((state in ('waiting')) = (agent_id is null) or state = 'done'),
  check ((outcome is null) = (state in ('waiting', 'offered', 'accepted', 'dialing', 'bridged')))
);
create index interactions_waiting on interactions (queue_id, requested_at) where state = 'waiting';
create index interactions_recent on interactions (tenant_id, requested_at desc);
create index interactions_of_agent on interactions (tenant_id, agent_id, requested_at desc);
create index interactions_alive on interactions (state) where state <> 'done';
-- The same button pressed five times is one callback: at most one live request per site, queue and number.
create unique index interactions_one_live on interactions (tenant_id, site_id, queue_id, phone)
  where state in ('waiting', 'offered', 'accepted', 'dialing', 'bridged');

-- What an agent says of himself (intent) and what he is engaged with (interaction). Ready and busy at once cannot
-- be written down: an agent is free only when intent is 'ready' and there is no interaction.
create table agents (
  user_id uuid primary key,
  tenant_id uuid not null,
  intent text not null default 'offline' check (intent in ('ready', 'paused', 'offline')),
  reason text,
  interaction_id uuid unique,
  -- the longest idle agent is the one with the oldest idle_since
  idle_since timestamptz not null default clock_timestamp(),
  state_since timestamptz not null default clock_timestamp(),
  foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade,
  foreign key (tenant_id, interaction_id) references interactions (tenant_id, id),
  unique (tenant_id, user_id)
);
create index agents_free on agents (tenant_id, idle_since) where intent = 'ready' and interaction_id is null;

create table agent_queues (
  tenant_id uuid not null,
  user_id uuid not null,
  queue_id uuid not null,
  primary key (user_id, queue_id),
  foreign key (tenant_id, user_id) references agents (tenant_id, user_id) on delete cascade,
  foreign key (tenant_id, queue_id) references queues (tenant_id, id) on delete cascade
);
create index on agent_queues (queue_id);

-- Who has let an offer of this interaction go by: asked again only when nobody else is free.
create table declined_offers (
  tenant_id uuid not null,
  interaction_id uuid not null,
  user_id uuid not null,
  declined_at timestamptz not null default clock_timestamp(),
  primary key (interaction_id, user_id),
  foreign key (tenant_id, interaction_id) references interactions (tenant_id, id) on delete cascade,
  foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade
);

create table legs (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  interaction_id uuid not null,
  role text not null check (role in ('agent', 'customer')),
  user_id uuid,
  phone text,
  -- null until the INVITE is out
  call_id text,
  state text not null default 'ringing' check (state in ('ringing', 'answered', 'ended')),
  outcome text,
  sip_status int,
  ended_by text check (ended_by in ('us', 'peer')),
  started_at timestamptz not null default clock_timestamp(),
  answered_at timestamptz,
  ended_at timestamptz,
  foreign key (tenant_id, interaction_id) references interactions (tenant_id, id) on delete cascade,
  check ((role = 'agent') = (user_id is not null)),
  check ((state = 'ended') = (outcome is not null))
);
create index on legs (tenant_id, interaction_id);
create index legs_alive on legs (state) where state <> 'ended';

-- The event log: what happened, in order, never changed. Reports are made from it.
create table events (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenants,
  at timestamptz not null default clock_timestamp(),
  type text not null,
  interaction_id uuid,
  queue_id uuid,
  user_id uuid,
  data jsonb not null default '{}'
);
create index on events (tenant_id, interaction_id, id) where interaction_id is not null;

-- Whoever has to act on an event hears of it when it is committed.
create function announce_event() returns trigger language plpgsql as $$
begin
  perform pg_notify('ringbridge', json_build_object(
    'id', new.id, 'type', new.type, 'tenantId', new.tenant_id,
    'interactionId', new.interaction_id, 'queueId', new.queue_id, 'userId', new.user_id)::text);
  return null;
end $$;
create trigger announce after insert on events for each row execute function announce_event();
