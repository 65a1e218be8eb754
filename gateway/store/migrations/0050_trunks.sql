-- What all gateways have to know together of the lines to the telephone network. Trunks are the operator's files
-- (dialplan/trunks.yaml) and belong to no tenant; here they are known by name.
create table trunks (
  name text primary key,
  -- GCRA: the theoretical arrival time of the next call (ITU-T I.371 annex A)
  next_call_at timestamptz not null default '-infinity',
  -- Passed over until then, because calls or OPTIONS failed on it
  down_until timestamptz not null default '-infinity',
  down_reason text,
  -- Faults in a row
  faults int not null default 0,
  -- Whose turn it is to send the next OPTIONS or REGISTER is decided by who moves these on
  check_due_at timestamptz not null default '-infinity',
  register_due_at timestamptz not null default '-infinity',
  registered_until timestamptz,
  register_fault text
);

-- One row for each call on a trunk. A lease: its gateway renews it, and what nobody renews counts no more.
create table trunk_channels (
  id uuid primary key default gen_random_uuid(),
  trunk text not null references trunks,
  tenant_id uuid not null references tenants,
  interaction_id text not null,
  expires_at timestamptz not null
);
create index on trunk_channels (trunk, expires_at);

-- The numbers a tenant may present to those it calls: only its own, and only proven ones.
create table tenant_numbers (
  tenant_id uuid not null references tenants,
  number text not null check (number ~ '^\+[1-9][0-9]{6,14}$'),
  verified_at timestamptz,
  primary key (tenant_id, number)
);
insert into tenant_numbers (tenant_id, number, verified_at) select id, caller_id, now() from tenants;

/*
 * Takes a channel of a trunk for one call, if the trunk has one, is up, and the call's turn comes within p_max_wait.
 * The trunk's row is locked first, and what follows sees what the one before has taken: a plain statement would count
 * the channels as they were before it waited.
 * Returns the verdict: `granted` with the lease and how long the call has to wait for its turn; `down`, `full`, `rate`.
 * Null for p_max_channels or p_interval: no such limit.
 */
create function take_trunk_channel(
  p_trunk text, p_tenant uuid, p_interaction text, p_max_channels int, p_interval interval, p_max_wait interval,
  p_lease interval, p_even_if_down boolean,
  out verdict text, out channel_id uuid, out wait_ms float8
) language plpgsql as $$
declare
  line trunks;
  moment timestamptz;
  turn timestamptz;
begin
  insert into trunks (name) values (p_trunk) on conflict do nothing;
  select * into line from trunks where name = p_trunk for update;
  moment := clock_timestamp();
  turn := greatest(line.next_call_at, moment);
  wait_ms := 0;
  if line.down_until > moment and not p_even_if_down then
    verdict := 'down';
  elsif (select count(*) from trunk_channels where trunk = p_trunk and expires_at > moment) >= p_max_channels then
    verdict := 'full';
  elsif p_interval is not null and turn > moment + p_max_wait then
    verdict := 'rate';
  else
    verdict := 'granted';
    insert into trunk_channels (trunk, tenant_id, interaction_id, expires_at)
      values (p_trunk, p_tenant, p_interaction, turn + p_lease) returning id into channel_id;
    if p_interval is not null then
      update trunks set next_call_at = turn + p_interval where name = p_trunk;
      wait_ms := extract(epoch from turn - moment) * 1000;
    end if;
  end if;
end $$;

/*
 * Counts a fault of a trunk. From the p_after-th in a row on it is passed over, for p_first seconds, doubled with each
 * more up to p_longest. A fault on a trunk that is down already is of a call that was begun before, and counts no more.
 * Returns the seconds it is passed over by this, or null.
 */
create function mark_trunk_fault(
  p_trunk text, p_reason text, p_after int, p_first float8, p_longest float8
) returns float8 language plpgsql as $$
declare
  line trunks;
  seconds float8;
begin
  insert into trunks (name) values (p_trunk) on conflict do nothing;
  select * into line from trunks where name = p_trunk for update;
  if line.down_until > clock_timestamp() then return null; end if;
  if line.faults + 1 >= p_after then
    seconds := least(p_first * 2 ^ least(line.faults + 1 - p_after, 20), p_longest);
  end if;
  update trunks set faults = line.faults + 1,
    down_reason = case when seconds is null then down_reason else p_reason end,
    down_until = coalesce(clock_timestamp() + make_interval(secs => seconds), down_until)
  where name = p_trunk;
  return seconds;
end $$;
