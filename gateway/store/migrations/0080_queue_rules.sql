-- What a queue does with those who wait: its hours, its length, how long, where else, and what they hear meanwhile.
-- docs/callbacks.md tells it in words.

alter table queues
  -- The opening that is under way, or the next one, as gateway/acd/queue-hours.ts has worked it out from its hours.
  -- Both null: it has none, or nobody has looked yet.
  add column opens_at timestamptz,
  add column closes_at timestamptz,
  add check ((opens_at is null) = (closes_at is null)),
  -- what was told last by queue_opened and queue_closed
  add column told_open boolean not null default true,

  -- where those go who have waited so long, or stand behind so many
  add column overflow_queue_id uuid check (overflow_queue_id <> id),
  add column overflow_after_seconds int check (overflow_after_seconds between 1 and 86400),
  add column overflow_above int check (overflow_above between 0 and 100000),
  add foreign key (tenant_id, overflow_queue_id) references queues (tenant_id, id),

  -- how long somebody waits at most, and then: he goes to the overflow queue, it is closed, or, for one who is on the line,
  -- he is offered a callback or the voicemail
  add column max_wait_seconds int check (max_wait_seconds between 1 and 604800),
  add column max_wait_then text not null default 'overflow'
    check (max_wait_then in ('overflow', 'close', 'callback', 'voicemail')),
  -- how many wait at most; what becomes of somebody who calls when it is full (who asks on a page is told so)
  add column max_waiting int check (max_waiting between 0 and 100000),
  add column full_then text not null default 'close'
    check (full_then in ('overflow', 'close', 'callback', 'voicemail')),

  -- what somebody hears who waits on the line: the music, and so often (0: never) his place and the expected time
  add column music text not null default 'hold-music-1' check (music ~ '^[a-z0-9-]{1,60}$'),
  add column announce_seconds int not null default 45 check (announce_seconds = 0 or announce_seconds between 10 and 3600),
  add column announce_place boolean not null default true,
  add column announce_wait boolean not null default true,

  -- a customer who was called has to press 1 before he is connected; how often he is asked, and how long he has each time
  add column confirm boolean not null default false,
  add column confirm_times smallint not null default 3 check (confirm_times between 1 and 10),
  add column confirm_seconds smallint not null default 5 check (confirm_seconds between 1 and 30),
  -- an agent is told in a few words whom he will hear
  add column whisper boolean not null default false;

-- Work that has been waiting when its hours change is not surprised by the old ones.
create function forget_opening() returns trigger language plpgsql as $$
begin
  new.opens_at := null;
  new.closes_at := null;
  return new;
end $$;
create trigger forget_opening before update of opening_hours_id on queues
  for each row when (old.opening_hours_id is distinct from new.opening_hours_id) execute function forget_opening();

-- Whether a queue works now.
create function is_open(q queues) returns boolean language sql stable as $$
  select q.open and (q.opening_hours_id is null or q.opens_at is null
    or clock_timestamp() >= q.opens_at and clock_timestamp() < q.closes_at)
$$;

-- Whether one more may wait in a queue. Where it is of limited length, whoever asks for the last place comes one after the
-- other until what he does with the answer is stored, and sees what those before him have stored.
create function has_room(queue uuid) returns boolean language plpgsql as $$
declare
  most int := (select max_waiting from queues where id = queue);
begin
  if most is null then return true; end if;
  perform pg_advisory_xact_lock(hashtextextended(queue::text, 0));
  return most > (select count(*) from interactions where queue_id = queue and state = 'waiting');
end $$;

alter table outcome_rules drop constraint outcome_rules_outcome_check;
alter table outcome_rules add constraint outcome_rules_outcome_check check (outcome in ('busy', 'no_answer', 'rejected',
  'unreachable', 'invalid_number', 'no_trunk', 'failed', 'machine', 'not_confirmed', 'abandoned', 'agent_lost'));

-- ── Interactions ─────────────────────────────────────────────────────────────────────────────────────────────────────

alter table interactions
  -- where it was asked for; the same one asked for again is this one, wherever it has gone since
  add column asked_queue_id uuid,
  -- since when it waits in this queue, opening hours aside: what the queue's times are counted from
  add column queued_at timestamptz not null default clock_timestamp(),
  -- the queues that it has left
  add column came_through uuid[] not null default '{}',
  -- that it has waited for the longest time of its queue was told
  add column wait_limit_at timestamptz,
  -- an operator lets it go whatever the hours
  add column called_now boolean not null default false,
  -- the customer has answered, and is asked to press 1
  add column confirming_since timestamptz;
update interactions set asked_queue_id = queue_id, queued_at = place_at;
alter table interactions alter column asked_queue_id set not null,
  add foreign key (tenant_id, asked_queue_id) references queues (tenant_id, id);

drop index interactions_one_live;
create unique index interactions_one_live on interactions (tenant_id, site_id, asked_queue_id, phone)
  where state in ('scheduled', 'waiting', 'offered', 'accepted', 'dialing', 'bridged');
create index interactions_queued on interactions (queue_id, queued_at) where state = 'waiting';

create function enter_queue() returns trigger language plpgsql as $$
begin
  new.queued_at := clock_timestamp();
  new.wait_limit_at := null;
  return new;
end $$;
create trigger enter_queue before update of state on interactions
  for each row when (old.state = 'scheduled' and new.state = 'waiting') execute function enter_queue();

-- A lane is passed by while its queue is closed, unless it is for those who are served all the same: who was promised a
-- time, who is on the line, whom an operator lets go.
alter table lanes
  add column after_hours boolean not null default false,
  drop constraint lanes_queue_id_require_prefer_key,
  add unique (queue_id, require, prefer, after_hours);

-- As before (0070), and the lane says whether it is served after hours.
create or replace function place_interaction() returns trigger language plpgsql as $$
declare
  q queues;
  wanted jsonb;
  liked jsonb;
  always boolean;
begin
  select * into strict q from queues where tenant_id = new.tenant_id and id = new.queue_id;
  if tg_op = 'INSERT' then
    new.asked_queue_id := coalesce(new.asked_queue_id, new.queue_id);
    new.customer_priority := coalesce(
      (select priority from customer_priorities where tenant_id = new.tenant_id and phone = new.phone), 0);
    if q.last_agent_days > 0 then
      select i.agent_id into new.last_agent_id from interactions i
      where i.tenant_id = new.tenant_id and i.phone = new.phone and i.bridged_at > now() - make_interval(days => q.last_agent_days)
      order by i.bridged_at desc limit 1;
      if new.last_agent_id is not null and q.last_agent_hold_seconds > 0 then
        new.held_until := new.place_at + make_interval(secs => q.last_agent_hold_seconds);
      end if;
    end if;
  end if;
  new.rank_at := new.place_at - make_interval(secs =>
    (q.priority + new.priority + new.customer_priority) * q.ageing_seconds + case when new.customer_live_since is not null then q.live_ahead_seconds else 0 end);
  if tg_op = 'UPDATE' and new.queue_id <> old.queue_id then
    new.queued_at := clock_timestamp();
    new.wait_limit_at := null;
    -- The steps are those of the new queue, from its first one on.
    new.skill_step := 0;
  end if;
  wanted := required_at(new, q, new.skill_step);
  liked := coalesce(steps_of(new, q) -> new.skill_step -> 'prefer', '[]');
  always := new.slot_at is not null or new.customer_live_since is not null or new.called_now;
  select id into new.lane_id from lanes
  where queue_id = q.id and require = wanted and prefer = liked and after_hours = always;
  if new.lane_id is null then
    insert into lanes (tenant_id, queue_id, require, prefer, after_hours) values (q.tenant_id, q.id, wanted, liked, always)
    on conflict (queue_id, require, prefer, after_hours) do update set require = excluded.require returning id into new.lane_id;
  end if;
  new.wake_at := next_wake(new, q);
  return new;
end $$;

-- As before (0070), and a lane of a closed queue is passed by.
create or replace function offer_waiting(node uuid, most int) returns table (offer interactions, contended boolean) language plpgsql as $$
declare
  nobody constant uuid := '00000000-0000-0000-0000-000000000000';
  free uuid[];
  taken uuid[] := '{}';
  lane record;
  waiting interactions;
  best interactions;
  best_lane lanes;
  best_queue queues;
  options jsonb;
  best_options jsonb;
  chosen uuid;
  made int := 0;
  held boolean := false;
begin
  perform set_config('synchronous_commit', 'off', true);
  -- `offset 0` keeps the planner from turning the look at one agent's softphone into a scan of all of them.
  select array_agg(a.user_id) into free from agents a
  where a.intent = 'ready' and a.interaction_id is null and a.unreachable_since is null and not reconnects(a.user_id)
    and exists (select from registrations r
      where r.tenant_id = a.tenant_id and r.user_id = a.user_id and r.expires_at > now() offset 0);

  while made < most and cardinality(free) > 0 loop
    best := null;
    for lane in
      select l as lane, q as queue, head.rank_at
      from (select distinct s.queue_id from agent_queues s where s.user_id = any(free)) served
      join queues q on q.id = served.queue_id
      join lanes l on l.queue_id = q.id and (l.after_hours or is_open(q))
      cross join lateral (
        select i.rank_at from interactions i where i.lane_id = l.id and i.state = 'waiting' and not i.id = any(taken)
        order by i.rank_at, i.id limit 1) head
      where exists (select from agents a join agent_queues s on s.user_id = a.user_id and s.queue_id = q.id
        where a.user_id = any(free) and a.levels @> l.levels)
      order by head.rank_at
    loop
      exit when best.rank_at <= lane.rank_at;
      -- One by one, each by the index: a loop over the whole lane would be planned for all of it.
      waiting := null;
      loop
        select * into waiting from interactions i
        where i.lane_id = (lane.lane).id and i.state = 'waiting' and not i.id = any(taken)
          and (i.rank_at, i.id) > (coalesce(waiting.rank_at, '-infinity'), coalesce(waiting.id, nobody))
          -- A customer on the line is on the line of one node, which alone can bring an agent to him.
          and (i.customer_live_since is null or i.node_id is null or i.node_id = node)
        order by i.rank_at, i.id limit 1;
        exit when waiting.id is null or best.rank_at <= waiting.rank_at;
        select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('agent', c.agent, 'declinedAt', c.declined,
            'last', nullif(c.last, false), 'tier', nullif(c.tier, 0), 'score', nullif(c.score, 0), 'calls', nullif(c.calls, 0),
            'idle', round(extract(epoch from clock_timestamp() - c.idle_since)::numeric, 1)))) into options
        from (select * from candidates_for(waiting, lane.queue, lane.lane, free) limit 10) c;
        continue when options is null;
        best := waiting; best_lane := lane.lane; best_queue := lane.queue; best_options := options;
        exit;
      end loop;
    end loop;
    exit when best.id is null;

    perform from interactions i where i.id = best.id and i.state = 'waiting' for update skip locked;
    if not found then
      held := true;
      taken := taken || best.id;
      continue;
    end if;
    chosen := null;
    for nth in 0 .. jsonb_array_length(best_options) - 1 loop
      perform from agents a where a.user_id = (best_options -> nth ->> 'agent')::uuid
        and a.intent = 'ready' and a.interaction_id is null and a.unreachable_since is null for update skip locked;
      if found then
        chosen := (best_options -> nth ->> 'agent')::uuid;
        exit;
      end if;
      held := true;
      free := array_remove(free, (best_options -> nth ->> 'agent')::uuid);
    end loop;
    continue when chosen is null;

    update interactions i set state = 'offered', agent_id = chosen, node_id = node, offered_at = clock_timestamp(),
      offer_expires_at = clock_timestamp() + make_interval(secs => best_queue.offer_seconds),
      proven_at = case when not exists (select from desktops d where d.user_id = chosen and d.lost_at is null)
        then clock_timestamp() end
    where i.id = best.id returning * into waiting;
    update agents a set interaction_id = waiting.id, state_since = clock_timestamp() where a.user_id = chosen;
    if best_queue.strategy = 'round_robin' then
      update agent_queues s set offered_at = clock_timestamp() where s.user_id = chosen and s.queue_id = waiting.queue_id;
    end if;
    insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
    values (waiting.tenant_id, 'offered', waiting.id, waiting.queue_id, chosen,
      jsonb_build_object('decision', explain_offer(best, best_queue, best_lane, chosen, best_options,
        (select array_agg((o ->> 'agent')::uuid) from jsonb_array_elements(best_options) o))));
    free := array_remove(free, chosen);
    made := made + 1;
    return query select waiting, false;
  end loop;
  if held then return query select null::interactions, true; end if;
end $$;
