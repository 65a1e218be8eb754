-- A caller whom the system loses while he waits is called back, but not against the will of his flow or of the number policy.

alter table interactions
  -- of a caller: whether he is called back when his line is lost by no wish of his
  add column call_back boolean not null default true;

create or replace function become_callback() returns trigger language plpgsql as $$
declare
  twin uuid;
begin
  if new.phone is null or not new.call_back then
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
