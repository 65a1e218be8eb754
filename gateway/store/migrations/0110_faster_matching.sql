-- The same matching for less: docs/decisions/0110-what-a-match-costs.md says what each part saves.

-- ── Statements that change a hot row ─────────────────────────────────────────────────────────────────────────────────

-- A check is set up for every statement that changes its table, and an SQL function in it is parsed each time only to
-- find that it cannot be inlined. In PL/pgSQL its plan is kept.
create or replace function is_skill_levels(levels jsonb) returns boolean language plpgsql immutable as $$
begin
  return jsonb_typeof(levels) = 'object' and not exists (
    select from jsonb_each(levels) l
    where l.key !~ '^\$?[a-z0-9-]{1,40}$' or jsonb_typeof(l.value) <> 'number' or l.value::numeric not in (1, 2, 3, 4, 5));
end $$;

create or replace function is_skill_steps(steps jsonb) returns boolean language plpgsql immutable as $$
begin
  return jsonb_typeof(steps) = 'array' and jsonb_array_length(steps) <= 10 and not exists (
    select from jsonb_array_elements(steps) with ordinality s(step, n)
    where jsonb_typeof(s.step) <> 'object' or jsonb_typeof(s.step -> 'after') is distinct from 'number'
      or (s.step ->> 'after')::numeric < 0 or (s.n = 1 and (s.step ->> 'after')::numeric <> 0)
      or (s.n > 1 and (s.step ->> 'after')::numeric <= (steps -> (s.n::int - 2) ->> 'after')::numeric)
      or not is_skill_levels(coalesce(s.step -> 'require', '{}'))
      or jsonb_typeof(coalesce(s.step -> 'prefer', '[]')) <> 'array');
end $$;

alter table interactions
  drop constraint interactions_skills_check,
  add constraint interactions_skills_check check (skills is null or is_skill_steps(skills));

-- Called only for a step that has to do with the customer's line.
drop trigger keep_attempts on interactions;
create trigger keep_attempts before update of state, customer_live_since on interactions
  for each row
  when (old.state in ('dialing', 'bridged') or new.state in ('dialing', 'bridged')
    or old.customer_live_since is not null or new.customer_live_since is not null)
  execute function keep_attempts();

-- ── Events ───────────────────────────────────────────────────────────────────────────────────────────────────────────

-- One notice for the events of a statement, an array. PostgreSQL takes less than 8,000 bytes, and one event is at most 350
-- of them: so no more than twenty together.
create function announce_events() returns trigger language plpgsql as $$
declare
  notice text;
begin
  for notice in
    select json_agg(json_build_object(
      'id', id, 'type', type, 'tenantId', tenant_id, 'interactionId', interaction_id, 'queueId', queue_id,
      'userId', user_id, 'by', current_setting('application_name', true)))::text
    from added group by id / 20 order by id / 20
  loop
    perform pg_notify('ringbridge', notice);
  end loop;
  return null;
end $$;
drop trigger announce on events;
drop function announce_event();
create trigger announce after insert on events referencing new table as added
  for each statement execute function announce_events();

-- Each event locked its tenant's row, all of them the same one; a tenant is never deleted.
alter table events drop constraint events_tenant_id_fkey;

-- ── The match ────────────────────────────────────────────────────────────────────────────────────────────────────────

drop function offer_waiting(uuid, int);
drop function candidates_for(interactions, queues, lanes, uuid[]);
drop function explain_offer(interactions, queues, lanes, uuid, jsonb, uuid[]);

-- Why all those of a queue who are not among `free` are not: reason → {count, agents}, of several the first that the
-- agent can change, with at most twenty names each.
create function why_not_free(queue uuid, free uuid[]) returns jsonb language plpgsql stable as $$
begin
  return (
    select coalesce(jsonb_object_agg(reason, jsonb_build_object('count', n, 'agents', to_jsonb(agents))), '{}') from (
      select reason, count(*) as n, (array_agg(user_id))[1:20] as agents
      from (
        select a.user_id, case
          when a.intent <> 'ready' then a.intent
          when a.interaction_id is not null then 'engaged'
          when a.unreachable_since is not null then 'unreachable'
          when reconnects(a.user_id) then 'reconnecting'
          else 'no_softphone' end as reason
        from agent_queues s join agents a on a.user_id = s.user_id
        left join unnest(free) f(agent) on f.agent = s.user_id
        where s.queue_id = queue and f.agent is null) each
      group by reason) grouped);
end $$;

-- More agents for one of these reasons.
create function also_not_asked(others jsonb, reason text, agents uuid[]) returns jsonb language plpgsql immutable as $$
begin
  if agents is null then
    return others;
  end if;
  return others || jsonb_build_object(reason, jsonb_build_object(
    'count', coalesce((others #>> array[reason, 'count'])::int, 0) + cardinality(agents),
    'agents', jsonb_path_query_array(coalesce(others #> array[reason, 'agents'], '[]') || to_jsonb(agents[1:20]), '$[0 to 19]')));
end $$;

-- Pairs what waits with who is free, up to `most` pairs, and reserves both: the interaction is offered, served by the
-- node `node`, its agent engaged, its event written with the reasons. Of all that wait and could be served now it
-- takes the one that stands first (rank_at), and for it the agent who is to be asked first: who has not declined it,
-- whom the customer last talked with, the lower tier, who is better at what is preferred, then the queue's strategy, then
-- who is idle longest. Who has declined it is asked again only when nobody else is free, and after his rest; while it
-- is held for one agent, only he. The lanes of a closed queue are passed by.
--
-- Matches take turns (an advisory lock, until the commit): side by side they would all reach for the head of the same
-- lane, and all but one in vain. Rows that another statement is changing just now are skipped, and a last row says
-- `contended`: whoever holds them may be done without using them, so it has to be looked at again.
--
-- Costs: one look at the head of each lane whose queue a free agent serves, however many wait in it; further down a lane
-- only past those whom every free agent has declined. The agents who are not free are looked at once for each
-- queue in which something was offered. All events are one statement and one notice.
--
-- Its statements are planned once for a session: what they are given differs too little to be worth a plan each time, and
-- to make the plan costs more than to carry it out.
--
-- The commit need not be on disk before it is seen: an offer that a crash of the database loses is an interaction that
-- still waits, and every later step of it is written with a commit that takes this one along.
create function offer_waiting(node uuid, most int) returns table (
  id uuid, tenant_id uuid, queue_id uuid, agent_id uuid, phone text, name text,
  offer_expires_at timestamptz, proven_at timestamptz, contended boolean)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  -- who was free in the beginning, and who of them is not any more
  present uuid[];
  busy uuid[] := '{}';
  -- The lanes of their queues. Each is gone through from its head: the next in it stands no earlier than `heads` says (null:
  -- nobody is left) and behind (`past_rank`, `past_id`).
  lane_ids bigint[];
  heads timestamptz[];
  past_rank timestamptz[];
  past_id uuid[];
  n int;
  first int;
  lane record;
  lane_of int := 0;
  waiting record;
  asked record;
  chosen uuid;
  made int := 0;
  held boolean := false;
  census jsonb := '{}';
  others jsonb;
  offered uuid[] := '{}';
  decisions jsonb[] := '{}';
begin
  perform set_config('synchronous_commit', 'off', true);
  perform pg_advisory_xact_lock(7405260002);
  -- `offset 0` keeps the planner from turning the look at one agent's softphone into a scan of all of them.
  select array_agg(a.user_id) into present from agents a
  where a.intent = 'ready' and a.interaction_id is null and a.unreachable_since is null and not reconnects(a.user_id)
    and exists (select from registrations r
      where r.tenant_id = a.tenant_id and r.user_id = a.user_id and r.expires_at > now() offset 0);
  if present is null then
    return;
  end if;
  select array_agg(l.id), array_agg(head.rank_at) into lane_ids, heads
  from (select distinct s.queue_id from agent_queues s where s.user_id = any(present)) served
  join queues q on q.id = served.queue_id
  join lanes l on l.queue_id = q.id and (l.after_hours or is_open(q))
  cross join lateral (
    select i.rank_at from interactions i where i.lane_id = l.id and i.state = 'waiting'
    order by i.rank_at, i.id limit 1) head;
  if lane_ids is null then
    return;
  end if;
  past_rank := array_fill('-infinity'::timestamptz, array[cardinality(lane_ids)]);
  past_id := array_fill('00000000-0000-0000-0000-000000000000'::uuid, array[cardinality(lane_ids)]);

  while made < most and cardinality(busy) < cardinality(present) loop
    first := null;
    for n in 1 .. cardinality(lane_ids) loop
      if first is null and heads[n] is not null or heads[n] < heads[first] then
        first := n;
      end if;
    end loop;
    exit when first is null;
    n := first;

    select i.id, i.rank_at, i.place_at, i.priority, i.customer_priority, i.skill_step, i.customer_live_since,
      i.last_agent_id, i.held_until > clock_timestamp() as held into waiting
    from interactions i
    where i.lane_id = lane_ids[n] and i.state = 'waiting' and (i.rank_at, i.id) > (past_rank[n], past_id[n])
      -- A customer on the line is on the line of one node, which alone can bring an agent to him.
      and (i.customer_live_since is null or i.node_id is null or i.node_id = node)
    order by i.rank_at, i.id limit 1;
    if not found or waiting.rank_at > heads[n] then
      heads[n] := waiting.rank_at;
      continue;
    end if;
    if lane_of <> n then
      lane_of := n;
      select l.tenant_id, l.queue_id, l.require, l.levels, l.prefer, q.strategy, q.priority, q.offer_seconds,
        make_interval(secs => q.decline_rest_seconds) as rest into lane
      from lanes l join queues q on q.id = l.queue_id where l.id = lane_ids[n];
    end if;

    -- All who were free in the beginning, in the order in which they would be asked, or with the reason why not.
    select
      jsonb_agg(jsonb_strip_nulls(jsonb_build_object('agent', agent, 'declinedAt', declined_at,
        'last', nullif(last, false), 'tier', nullif(tier, 0), 'score', nullif(score, 0), 'calls', nullif(calls, 0),
        'idle', round(extract(epoch from clock_timestamp() - idle_since)::numeric, 1))) order by nth)
        filter (where reason is null and nth <= 10) as options,
      array_agg(agent order by nth) filter (where reason is null and nth <= 10) as agents,
      array_agg(agent) filter (where reason is null and nth > 10) as ranked_lower,
      array_agg(agent) filter (where reason = 'engaged') as engaged,
      array_agg(agent) filter (where reason = 'skill') as skill,
      array_agg(agent) filter (where reason = 'held') as held,
      array_agg(agent) filter (where reason = 'declined') as declined
    into asked
    from (
      select c.*, row_number() over (partition by c.reason order by c.declined_at nulls first, c.last desc, c.tier,
        c.score desc, c.calls, c.round, c.idle_since) as nth
      from (
        select a.user_id as agent, d.declined_at, coalesce(a.user_id = waiting.last_agent_id, false) as last, s.tier,
          case when lane.strategy = 'best_skill' or lane.prefer <> '[]'
            then skill_score(lane.require, lane.prefer, a.skills) else 0 end as score,
          case when lane.strategy = 'fewest_calls' and a.calls_on =
            (select (now() at time zone t.time_zone)::date from tenants t where t.id = lane.tenant_id)
            then a.calls else 0 end as calls,
          case when lane.strategy = 'round_robin' then coalesce(s.offered_at, '-infinity') end as round,
          a.idle_since,
          case
            when a.user_id = any(busy) then 'engaged'
            when not a.levels @> lane.levels then 'skill'
            when waiting.held and a.user_id is distinct from waiting.last_agent_id then 'held'
            when d.declined_at > clock_timestamp() - lane.rest then 'declined'
          end as reason
        from unnest(present) p(agent)
        join agents a on a.user_id = p.agent
        join agent_queues s on s.user_id = a.user_id and s.queue_id = lane.queue_id
        left join declined_offers d on d.interaction_id = waiting.id and d.user_id = a.user_id) c) ranked;
    if asked.agents is null then
      if asked.held is null and asked.declined is null then
        -- Nobody who is left can serve this lane.
        heads[n] := null;
      else
        past_rank[n] := waiting.rank_at;
        past_id[n] := waiting.id;
      end if;
      continue;
    end if;

    perform from interactions i where i.id = waiting.id and i.state = 'waiting' for update skip locked;
    if not found then
      held := true;
      past_rank[n] := waiting.rank_at;
      past_id[n] := waiting.id;
      continue;
    end if;
    foreach chosen in array asked.agents loop
      busy := busy || chosen;
      update agents a set interaction_id = waiting.id, state_since = clock_timestamp()
      from (select from agents l where l.user_id = chosen
        and l.intent = 'ready' and l.interaction_id is null and l.unreachable_since is null for update skip locked) locked
      where a.user_id = chosen;
      exit when found;
      held := true;
      chosen := null;
    end loop;
    continue when chosen is null;

    update interactions i set state = 'offered', agent_id = chosen, node_id = node, offered_at = clock_timestamp(),
      offer_expires_at = clock_timestamp() + make_interval(secs => lane.offer_seconds),
      proven_at = case when not exists (select from desktops d where d.user_id = chosen and d.lost_at is null)
        then clock_timestamp() end
    where i.id = waiting.id
    returning i.id, i.tenant_id, i.queue_id, i.agent_id, i.phone, i.name, i.offer_expires_at, i.proven_at, false
    into id, tenant_id, queue_id, agent_id, phone, name, offer_expires_at, proven_at, contended;
    return next;
    if lane.strategy = 'round_robin' then
      update agent_queues s set offered_at = clock_timestamp() where s.user_id = chosen and s.queue_id = lane.queue_id;
    end if;
    past_rank[n] := waiting.rank_at;
    past_id[n] := waiting.id;
    made := made + 1;

    if not census ? lane.queue_id::text then
      census := census || jsonb_build_object(lane.queue_id, why_not_free(lane.queue_id, present));
    end if;
    others := census -> lane.queue_id::text;
    others := also_not_asked(others, 'engaged', asked.engaged);
    others := also_not_asked(others, 'skill', asked.skill);
    others := also_not_asked(others, 'held_for_last_agent', asked.held);
    others := also_not_asked(others, 'declined', asked.declined);
    others := also_not_asked(others, 'ranked_lower', asked.ranked_lower);
    offered := offered || waiting.id;
    decisions := decisions || jsonb_build_object(
      'strategy', lane.strategy, 'priority', lane.priority + waiting.priority + waiting.customer_priority,
      'waited', round(extract(epoch from clock_timestamp() - waiting.place_at)::numeric, 1),
      'live', waiting.customer_live_since is not null,
      'step', waiting.skill_step, 'require', lane.require, 'prefer', lane.prefer,
      'chosen', chosen, 'considered', asked.options, 'others', others);
  end loop;

  if made > 0 then
    insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
    select i.tenant_id, 'offered', i.id, i.queue_id, i.agent_id, jsonb_build_object('decision', o.decision)
    from unnest(offered, decisions) with ordinality o(id, decision, nth) join interactions i on i.id = o.id order by o.nth;
  end if;
  if held then
    return query select null::uuid, null::uuid, null::uuid, null::uuid, null::text, null::text,
      null::timestamptz, null::timestamptz, true;
  end if;
end $$;
