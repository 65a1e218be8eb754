-- Calls that come in: who called which number, which flow he was led by, and the interaction he became in a queue.

create table inbound_calls (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  -- the number that was dialled, and the caller's; null: withheld
  number text not null,
  caller text check (caller ~ '^\+[1-9][0-9]{6,14}$'),
  trunk text not null,
  flow text not null,
  flow_version int not null,
  node_id uuid not null,
  started_at timestamptz not null default clock_timestamp(),
  answered_at timestamptz,
  ended_at timestamptz,
  -- completed, served, kept_place, talked, hung_up, fault (docs/flows.md); refused or lost
  ending text,
  -- the steps it took: [{"step": "menu", "kind": "menu", "result": "chosen", "keys": "1"}]
  path jsonb not null default '[]',
  unique (tenant_id, id),
  check ((ended_at is null) = (ending is null)),
  foreign key (tenant_id, flow_version, flow) references flows (tenant_id, version, name)
);
create index on inbound_calls (tenant_id, started_at desc);
create index inbound_calls_alive on inbound_calls (tenant_id, node_id) where ended_at is null;

alter table tenants
  -- inbound calls at the same time; null: as many as come
  add column max_inbound_calls int check (max_inbound_calls between 0 and 100000);

alter table interactions
  add column inbound_call_id uuid,
  add foreign key (tenant_id, inbound_call_id) references inbound_calls (tenant_id, id);
create index on interactions (inbound_call_id) where inbound_call_id is not null;

alter table legs
  alter column interaction_id drop not null,
  add column inbound_call_id uuid,
  add foreign key (tenant_id, inbound_call_id) references inbound_calls (tenant_id, id) on delete cascade,
  add constraint legs_of_check check (num_nonnulls(interaction_id, inbound_call_id) > 0);

/*
 * Takes a call in, if the company has room for one more. The company's row is locked first: of two that come at once
 * the second counts the first. Returns whether it was taken.
 */
create function admit_inbound_call(
  p_id uuid, p_tenant uuid, p_number text, p_caller text, p_trunk text, p_flow text, p_version int, p_node uuid
) returns boolean language plpgsql as $$
declare
  most int;
begin
  select max_inbound_calls into most from tenants where id = p_tenant for no key update;
  if most is not null and (
    select count(*) from inbound_calls c join nodes n on n.id = c.node_id
    where c.tenant_id = p_tenant and c.ended_at is null) >= most then
    return false;
  end if;
  insert into inbound_calls (id, tenant_id, number, caller, trunk, flow, flow_version, node_id)
  values (p_id, p_tenant, p_number, p_caller, p_trunk, p_flow, p_version, p_node);
  insert into events (tenant_id, type, data) values (p_tenant, 'call_arrived', jsonb_build_object(
    'call', p_id, 'number', p_number, 'caller', p_caller, 'trunk', p_trunk, 'flow', p_flow, 'version', p_version));
  return true;
end $$;

/*
 * A caller who waits, and whose line is gone (because he wanted it so, or because a gateway died), is called back: from
 * then on he is a callback in the same place. One who is promised a call already is not promised a second one: the one he
 * has gets the better of the two places. One whose number nobody knows cannot be called.
 */
create function become_callback() returns trigger language plpgsql as $$
declare
  twin uuid;
begin
  if new.phone is null then
    new.state := 'done';
    new.outcome := 'failed';
  else
    perform pg_advisory_xact_lock(hashtextextended(new.tenant_id::text || new.asked_queue_id::text || new.phone, 0));
    -- By the index interactions_one_live, site by site.
    select i.id into twin from (
      select i.* from sites s join interactions i on i.tenant_id = s.tenant_id and i.site_id = s.id
      where s.tenant_id = new.tenant_id
      union all
      select i.* from interactions i where i.tenant_id = new.tenant_id and i.site_id is null) i
    where i.asked_queue_id = new.asked_queue_id and i.phone = new.phone and i.channel = 'callback' and i.id <> new.id
      and i.state in ('scheduled', 'waiting', 'offered', 'accepted', 'dialing', 'bridged')
    order by i.place_at limit 1;
    if twin is null then
      new.channel := 'callback';
      return new;
    end if;
    update interactions set place_at = least(place_at, new.place_at)
    where id = twin and state = 'waiting' and place_at > new.place_at;
    new.state := 'done';
    new.outcome := 'merged';
  end if;
  new.due_at := null;
  new.ended_at := clock_timestamp();
  new.done_at := clock_timestamp();
  return new;
end $$;
create trigger become_callback before update of customer_live_since on interactions for each row
  when (old.channel = 'call' and old.customer_live_since is not null and new.customer_live_since is null
    and new.state in ('waiting', 'scheduled'))
  execute function become_callback();
