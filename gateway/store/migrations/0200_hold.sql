-- The agent of a talk puts its customer on hold: the store knows it, and for how long.

alter table interactions
  -- since when the customer hears music by the agent's wish; null: he is not on hold
  add column held_since timestamptz,
  -- it is the agent's telephone that holds (RFC 3264 8.4): it alone takes the customer back
  add column held_by_phone boolean not null default false,
  -- the holds that are over, milliseconds
  add column held_ms bigint not null default 0,
  add check (held_since is null or state = 'bridged');

-- Whatever ends a hold counts it: the agent takes the customer back, the talk is over, or somebody else goes on with him.
create function end_hold() returns trigger language plpgsql as $$
begin
  if new.held_since is null or new.state <> 'bridged' or new.agent_id is distinct from old.agent_id
    or new.forwarded_to is not null then
    new.held_ms := old.held_ms + (extract(epoch from clock_timestamp() - old.held_since) * 1000)::bigint;
    new.held_since := null;
    new.held_by_phone := false;
  end if;
  return new;
end $$;
create trigger end_hold before update on interactions for each row
  when (old.held_since is not null) execute function end_hold();
