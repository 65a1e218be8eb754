-- Talks of more than two: transfers, consultations, third parties.

alter table interactions
  drop constraint interactions_channel_check,
  -- call: the customer called; outbound: an agent called him; internal: an agent asks a colleague for help, or calls him
  add constraint interactions_channel_check check (channel in ('callback', 'call', 'outbound', 'internal')),
  -- only who came by a site has one
  alter column site_id drop not null,
  -- A piece of work that belongs to another interaction: the colleague's who is consulted, or what an agent who has
  -- passed a customer on still has to write down. The interaction itself stays one, from the asking to the last word.
  add column part_of uuid,
  -- who asked for help
  add column asked_by uuid,
  -- the agent who passed the customer on to the one who is asked now: whom he goes back to if that fails
  add column transferred_by uuid,
  -- to whom, as people say it, and why it failed when it has: {"to": "Alex", "reason": "no_answer"}
  add column transfer jsonb,
  -- the number outside that the customer was passed on to; no agent is engaged with him any more
  add column forwarded_to text check (forwarded_to ~ '^\+[1-9][0-9]{6,14}$'),
  add foreign key (tenant_id, part_of) references interactions (tenant_id, id) on delete cascade,
  add foreign key (tenant_id, asked_by) references users (tenant_id, id),
  add foreign key (tenant_id, transferred_by) references users (tenant_id, id),
  add check (forwarded_to is null or state in ('bridged', 'wrap_up', 'done'));
create index interactions_parts on interactions (part_of) where part_of is not null;

alter table legs
  drop constraint legs_role_check,
  -- third: a number outside that was consulted, added, or passed on to
  add constraint legs_role_check check (role in ('agent', 'customer', 'third', 'supervisor')),
  drop constraint legs_check,
  add constraint legs_user_check check ((role in ('agent', 'supervisor')) = (user_id is not null));

-- Who is, was, or is to be in a talk beside its agent and its customer. What may follow what is the table in
-- gateway/acd/party-states.ts.
create table call_parties (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  interaction_id uuid not null,
  kind text not null check (kind in ('agent', 'queue', 'number', 'supervisor')),
  user_id uuid,
  queue_id uuid,
  phone text check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  -- the colleague's own piece of work
  part_id uuid,
  -- consult: alone with the agent at first, while the customer hears music; third: joins the talk when he answers;
  -- the others are a supervisor's
  role text not null check (role in ('consult', 'third', 'listen', 'whisper', 'barge')),
  state text not null default 'asked' check (state in ('asked', 'ringing', 'consulting', 'joined', 'left')),
  -- why he has left, or did not come
  reason text,
  asked_by uuid not null,
  node_id uuid,
  asked_at timestamptz not null default clock_timestamp(),
  answered_at timestamptz,
  joined_at timestamptz,
  left_at timestamptz,
  foreign key (tenant_id, interaction_id) references interactions (tenant_id, id) on delete cascade,
  foreign key (tenant_id, part_id) references interactions (tenant_id, id) on delete cascade,
  foreign key (tenant_id, user_id) references users (tenant_id, id),
  foreign key (tenant_id, queue_id) references queues (tenant_id, id),
  foreign key (tenant_id, asked_by) references users (tenant_id, id),
  check ((state = 'left') = (left_at is not null)),
  check ((kind = 'number') = (phone is not null)),
  check ((role in ('listen', 'whisper', 'barge')) = (kind = 'supervisor'))
);
create index on call_parties (interaction_id, asked_at);
-- One at a time is asked, or talked with apart from the customer.
create unique index call_parties_one_apart on call_parties (interaction_id)
  where state in ('asked', 'ringing', 'consulting') and kind <> 'supervisor';
-- A supervisor is in one talk at a time.
create unique index call_parties_one_talk on call_parties (user_id) where kind = 'supervisor' and state <> 'left';
create index call_parties_alive on call_parties (node_id) where state <> 'left';

alter table tenants
  -- whether an agent sees that a supervisor listens to him
  add column monitoring_shown boolean not null default true;
