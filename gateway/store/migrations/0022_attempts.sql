-- The ledger of attempts, and what a queue does when one fails.

-- One try at reaching the customer of a callback. It is written before his phone is called, in the statement that says
-- so, and lasts as long as he is being called or is on the line.
create table attempts (
  interaction_id uuid not null,
  number int not null check (number > 0),
  tenant_id uuid not null,
  agent_id uuid,
  node_id uuid,
  started_at timestamptz not null default clock_timestamp(),
  -- the agent and he heard each other
  bridged_at timestamptz,
  ended_at timestamptz,
  -- how the customer was reached, or why not; `lost`: its gateway was found dead
  outcome text,
  primary key (interaction_id, number),
  foreign key (tenant_id, interaction_id) references interactions (tenant_id, id) on delete cascade,
  check ((ended_at is null) = (outcome is null))
);
-- Whatever dies, and however often: at any moment at most one.
create unique index attempts_one_live on attempts (interaction_id) where ended_at is null;

alter table interactions
  add column if not exists customer_live_since timestamptz,
  -- what its newest attempt has come to, as long as it is not over
  add column last_outcome text;

-- While the customer is called, or is on the line, there is a live attempt; every statement that moves an interaction
-- keeps to it because this trigger does.
create function keep_attempts() returns trigger language plpgsql as $$
declare
  was boolean := tg_op = 'UPDATE' and (old.state in ('dialing', 'bridged')
    or old.customer_live_since is not null and old.state in ('waiting', 'offered', 'accepted'));
  is_live boolean := new.state in ('dialing', 'bridged')
    or new.customer_live_since is not null and new.state in ('waiting', 'offered', 'accepted');
begin
  if is_live and not was then
    new.last_outcome := null;
    insert into attempts (interaction_id, number, tenant_id, agent_id, node_id)
    values (new.id, (select coalesce(max(number), 0) + 1 from attempts where interaction_id = new.id),
      new.tenant_id, new.agent_id, new.node_id);
  elsif was and not is_live then
    update attempts set ended_at = clock_timestamp(), outcome = coalesce(new.outcome, new.last_outcome, 'agent_lost')
    where interaction_id = new.id and ended_at is null;
  elsif is_live and new.state = 'bridged' and old.state <> 'bridged' then
    update attempts set bridged_at = coalesce(bridged_at, clock_timestamp()), agent_id = new.agent_id
    where interaction_id = new.id and ended_at is null;
  end if;
  return new;
end $$;
create trigger keep_attempts before update of state, customer_live_since on interactions
  for each row execute function keep_attempts();

-- What is done when an attempt has come to an outcome. Without a row: the callback is closed with it.
create table outcome_rules (
  tenant_id uuid not null,
  queue_id uuid not null,
  outcome text not null check (outcome in
    ('busy', 'no_answer', 'rejected', 'unreachable', 'invalid_number', 'no_trunk', 'failed', 'machine', 'not_confirmed')),
  -- how often it is tried again after this outcome
  retries int not null check (retries between 0 and 50),
  -- after how long the first time; each further time that much longer
  delay_seconds int not null default 300 check (delay_seconds between 10 and 604800),
  growth numeric(4, 2) not null default 2 check (growth between 1 and 10),
  most_delay_seconds int not null default 14400 check (most_delay_seconds between 10 and 604800),
  -- no later than this after the first attempt
  within_minutes int not null default 1440 check (within_minutes between 1 and 43200),
  -- or else it stands behind all who ask before it is due again
  keeps_place boolean not null default true,
  -- what then: closed with the outcome, or left for a person to decide
  finally text not null default 'close' check (finally in ('close', 'person')),
  primary key (queue_id, outcome),
  foreign key (tenant_id, queue_id) references queues (tenant_id, id) on delete cascade
);

alter table queues
  -- when nobody is called again, by the customer's own clock; both null: at no time
  add column quiet_from time,
  add column quiet_until time,
  add check ((quiet_from is null) = (quiet_until is null) and (quiet_from <> quiet_until) is not false),
  alter column slot_priority set default 2;
update queues set slot_priority = 2 where slot_priority = 10;
