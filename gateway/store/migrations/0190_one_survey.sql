-- As before (0165), for less where many are free and where many pairs are made: docs/decisions/0110-what-a-match-costs.md.

-- Few are lost at a time, and so it is asked of few whether all of an agent's are.
create index desktops_lost on desktops (user_id) where lost_at is not null;

-- Pairs what waits with who is free, up to `most` pairs, and reserves both: the interaction is offered, served by the
-- node `node`, its agent engaged, its event written with the reasons. Of all that wait and could be served now it
-- takes the one that stands first (rank_at), and for it the agent who is to be asked first: who has not declined it,
-- whom the customer last talked with, the lower tier, who is better at what is preferred, then the queue's strategy, then
-- who is idle longest. Who has declined it is asked again only when nobody else is free, and after his rest; while it
-- is held for one agent, only he. The lanes of a closed queue are passed by.
--
-- Where several are asked at once they are those of one tier who have not declined, no more than the queue says, and
-- no more than leaves somebody for the others who wait in the queue. It is offered to none of them alone (`agent_id` is null,
-- `offered_to` is not); each has an event `offered` of his own, and the first of these has the reasons. Asked alone is whoever is
-- reserved while his customer is called, and who helps in a talk.
--
-- Matches take turns (an advisory lock, until the commit): side by side they would all reach for the head of the same
-- lane, and all but one in vain. Rows that another statement is changing just now are skipped, and a last row says
-- `contended`: whoever holds them may be done without using them, so it has to be looked at again.
--
-- Costs: one look at the head of each lane in which somebody waits, however many wait in it; further down a lane only past
-- those whom every free agent has declined. The agents of a queue are looked at once, when the first that waits in it is
-- looked at: who is free is put in order there, and of the others is counted why not. Each pair chooses among the free, and
-- what is changed for all of them is one statement for each table, with one notice.
--
-- Its statements are planned once for a session: what they are given differs too little to be worth a plan each time, and
-- to make the plan costs more than to carry it out.
--
-- The commit need not be on disk before it is seen: an offer that a crash of the database loses is an interaction that
-- still waits, and every later step of it is written with a commit that takes this one along.
create or replace function offer_waiting(node uuid, most int) returns table (
  id uuid, tenant_id uuid, queue_id uuid, agent_id uuid, phone text, name text,
  offer_expires_at timestamptz, proven_at timestamptz, contended boolean)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  moment timestamptz;
  -- The lanes in which somebody waits. Each is gone through from its head: the next in it stands no earlier than `heads` says
  -- (null: nobody is left) and behind (`past_rank`, `past_id`).
  lane_ids bigint[];
  heads timestamptz[];
  past_rank timestamptz[];
  past_id uuid[];
  -- The floors that were looked at: the agents of a queue for a medium. Who of them was free is `free[begins[n] + 1 : ends[n]]`, by
  -- tier, strategy and idle time, the first to be asked first; why the others were not is `census[n]`.
  floors text[] := '{}';
  begins int[] := '{}';
  ends int[] := '{}';
  census jsonb[] := '{}';
  free uuid[] := '{}';
  tiers smallint[] := '{}';
  calls_of int[] := '{}';
  idle_from timestamptz[] := '{}';
  -- who of them is not any more
  busy uuid[] := '{}';
  staff record;
  floor int;
  reach int;
  n int;
  first int;
  lane record;
  lane_of int := 0;
  waiting record;
  asked record;
  chosen uuid;
  together uuid[];
  most_at_once int;
  held boolean := false;
  others jsonb;
  -- what was offered, to whom (null: to several), and for how long
  made_ids uuid[] := '{}';
  made_agents uuid[] := '{}';
  made_seconds int[] := '{}';
  -- the same for each of several; the first of them has the decision
  offered uuid[] := '{}';
  offered_each uuid[] := '{}';
  decisions jsonb[] := '{}';
begin
  perform set_config('synchronous_commit', 'off', true);
  perform pg_advisory_xact_lock(7405260002);
  moment := clock_timestamp();
  -- `offset 0` keeps the planner from looking up all who are free before it needs one.
  with recursive head as (
    (select i.lane_id, i.rank_at from interactions i where i.state = 'waiting'
      order by i.lane_id, i.rank_at, i.id limit 1)
    union all
    select next.lane_id, next.rank_at from head cross join lateral (
      select i.lane_id, i.rank_at from interactions i where i.state = 'waiting' and i.lane_id > head.lane_id
      order by i.lane_id, i.rank_at, i.id limit 1) next
  )
  select array_agg(l.id), array_agg(head.rank_at) into lane_ids, heads
  from head join lanes l on l.id = head.lane_id join queues q on q.id = l.queue_id
  where (l.after_hours or is_open(q)) and exists (
    select from agents a join agent_queues s on s.user_id = a.user_id and s.queue_id = q.id
    where a.tenant_id = q.tenant_id and a.intent = 'ready' and a.interaction_id is null and a.unreachable_since is null offset 0);
  if lane_ids is null then
    return;
  end if;
  past_rank := array_fill('-infinity'::timestamptz, array[cardinality(lane_ids)]);
  past_id := array_fill('00000000-0000-0000-0000-000000000000'::uuid, array[cardinality(lane_ids)]);

  while cardinality(made_ids) < most loop
    first := null;
    for n in 1 .. cardinality(lane_ids) loop
      if first is null and heads[n] is not null or heads[n] < heads[first] then
        first := n;
      end if;
    end loop;
    exit when first is null;
    n := first;

    if lane_of <> n then
      lane_of := n;
      select q as queue, l.tenant_id, l.queue_id, l.medium, l.queue_id || l.medium as floor, l.require, l.levels, l.prefer,
        q.strategy, q.ring_at_once, q.customer_first, q.priority, q.offer_seconds, make_interval(secs => q.decline_rest_seconds) as rest into lane
      from lanes l join queues q on q.id = l.queue_id where l.id = lane_ids[n];
    end if;
    floor := array_position(floors, lane.floor);
    if floor is null then
      -- `offset 0`: the reason is found once for each agent, and not for each of the lists.
      select ready.*, counted.others into staff from (
        select
          array_agg(agent order by tier, calls, round, idle_since) filter (where reason is null) as free,
          array_agg(tier order by tier, calls, round, idle_since) filter (where reason is null) as tiers,
          array_agg(calls order by tier, calls, round, idle_since) filter (where reason is null) as calls,
          array_agg(idle_since order by tier, calls, round, idle_since) filter (where reason is null) as idle_since,
          array_agg(agent) filter (where reason = 'unreachable') as unreachable,
          array_agg(agent) filter (where reason = 'reconnecting') as reconnecting,
          array_agg(agent) filter (where reason = 'no_softphone') as no_softphone,
          array_agg(agent) filter (where reason = 'capacity') as capacity
        from (
          select a.user_id as agent, s.tier, a.idle_since,
            case when lane.strategy = 'fewest_calls' and a.calls_on =
              (select (now() at time zone t.time_zone)::date from tenants t where t.id = lane.tenant_id)
              then a.calls else 0 end as calls,
            case when lane.strategy = 'round_robin' then coalesce(s.offered_at, '-infinity') end as round,
            case
              when a.unreachable_since is not null then 'unreachable'
              when a.user_id in (select d.user_id from desktops d where d.lost_at is not null) and reconnects(a.user_id)
                then 'reconnecting'
              when a.user_id not in (select r.user_id from registrations r
                where r.tenant_id = lane.tenant_id and r.expires_at > moment) then 'no_softphone'
              when not takes(a, lane.medium) then 'capacity'
            end as reason
          from agent_queues s join agents a on a.user_id = s.user_id
          where s.queue_id = lane.queue_id and a.intent = 'ready' and a.interaction_id is null offset 0) each) ready
      cross join (
        select coalesce(jsonb_object_agg(reason, jsonb_build_object('count', count, 'agents', agents)), '{}') as others from (
          select reason, count(*), to_jsonb((array_agg(agent))[1:20]) as agents from (
            select a.user_id as agent, case when a.intent <> 'ready' then a.intent else 'engaged' end as reason
            from agent_queues s join agents a on a.user_id = s.user_id
            where s.queue_id = lane.queue_id and not (a.intent = 'ready' and a.interaction_id is null) offset 0) each
          group by reason) reasons) counted;
      others := staff.others;
      others := also_not_asked(others, 'unreachable', staff.unreachable);
      others := also_not_asked(others, 'reconnecting', staff.reconnecting);
      others := also_not_asked(others, 'no_softphone', staff.no_softphone);
      others := also_not_asked(others, 'capacity', staff.capacity);
      floors := floors || lane.floor;
      floor := cardinality(floors);
      begins := begins || cardinality(free);
      free := free || staff.free;
      tiers := tiers || staff.tiers;
      calls_of := calls_of || staff.calls;
      idle_from := idle_from || staff.idle_since;
      ends := ends || cardinality(free);
      census := census || others;
    end if;
    if free[begins[floor] + 1 : ends[floor]] <@ busy then
      heads[n] := null;
      continue;
    end if;

    select i.id, i.rank_at, i.place_at, i.priority, i.customer_priority, i.skill_step, i.customer_live_since,
      i.last_agent_id, i.held_until > moment as held, i.channel, i.part_of, i.confirming_since into waiting
    from interactions i
    where i.lane_id = lane_ids[n] and i.state = 'waiting' and (i.rank_at, i.id) > (past_rank[n], past_id[n])
      -- A customer on the line is on the line of one node, which alone can bring an agent to him.
      and (i.customer_live_since is null or i.node_id is null or i.node_id = node)
    order by i.rank_at, i.id limit 1;
    if not found or waiting.rank_at > heads[n] then
      heads[n] := waiting.rank_at;
      continue;
    end if;

    -- Nobody is asked but the first ten who are still free, unless something about one of the others speaks for or against him.
    reach := least(ends[floor], begins[floor] + 10 + cardinality(busy));
    if lane.levels <> '{}' or lane.prefer <> '[]' or waiting.last_agent_id is not null
      or exists (select from declined_offers d where d.interaction_id = waiting.id) or free[reach + 1 : ends[floor]] && busy then
      reach := ends[floor];
    end if;
    -- Who was free in the beginning, in the order in which they would be asked, or with the reason why not.
    select
      jsonb_agg(jsonb_strip_nulls(jsonb_build_object('agent', agent, 'declinedAt', declined_at,
        'last', nullif(last, false), 'tier', nullif(tier, 0), 'score', nullif(score, 0), 'calls', nullif(calls, 0),
        'idle', round(extract(epoch from clock_timestamp() - idle_since)::numeric, 1))) order by nth)
        filter (where reason is null and nth <= 10) as options,
      array_agg(agent order by nth) filter (where reason is null and nth <= 10) as agents,
      array_agg(tier order by nth) filter (where reason is null and nth <= 10) as tiers,
      array_agg(declined_at is not null order by nth) filter (where reason is null and nth <= 10) as again,
      array_agg(agent) filter (where reason is null and nth > 10) as ranked_lower,
      array_agg(agent) filter (where reason = 'engaged') as engaged,
      array_agg(agent) filter (where reason = 'skill') as skill,
      array_agg(agent) filter (where reason = 'held') as held,
      array_agg(agent) filter (where reason = 'declined') as declined
    into asked
    from (
      select c.*, row_number() over (order by c.reason is not null, c.declined_at nulls first, c.last desc, c.tier,
        c.score desc, c.place) as nth
      from (
        select f.agent, d.declined_at, coalesce(f.agent = waiting.last_agent_id, false) as last, f.tier,
          case when lane.strategy = 'best_skill' or lane.prefer <> '[]'
            then (select skill_score(lane.require, lane.prefer, a.skills) from agents a where a.user_id = f.agent) else 0 end as score,
          f.calls, f.idle_since, f.place,
          case
            when f.agent = any(busy) then 'engaged'
            when lane.levels <> '{}' and not (select a.levels @> lane.levels from agents a where a.user_id = f.agent) then 'skill'
            when waiting.held and f.agent is distinct from waiting.last_agent_id then 'held'
            when d.declined_at > moment - lane.rest then 'declined'
          end as reason
        from unnest(free[begins[floor] + 1 : reach], tiers[begins[floor] + 1 : reach], calls_of[begins[floor] + 1 : reach],
          idle_from[begins[floor] + 1 : reach]) with ordinality f(agent, tier, calls, idle_since, place)
        left join declined_offers d on d.interaction_id = waiting.id and d.user_id = f.agent) c) ranked;
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
    most_at_once := 1;
    if lane.strategy = 'simultaneous' and waiting.part_of is null and waiting.confirming_since is null
      and (waiting.customer_live_since is not null or not lane.customer_first or waiting.channel <> 'callback') then
      -- The first of all, and those who are like the lowest tier of those who have not declined.
      select array_agg(o.agent order by o.nth) into asked.agents from (
        select o.*, rank() over (order by o.again, o.tier) as class
        from unnest(asked.agents, asked.tiers, asked.again) with ordinality o(agent, tier, again, nth)) o
      where o.class = 1 or o.nth = 1;
      select least(lane.ring_at_once, ceil(cardinality(asked.agents)::numeric / count(*))) into most_at_once
      from lanes l cross join lateral (select from interactions i
        where i.lane_id = l.id and i.state = 'waiting' and i.id <> all(made_ids) limit 10) one
      where l.queue_id = lane.queue_id and l.medium = lane.medium and (l.after_hours or is_open(lane.queue))
        and exists (select from agents a where a.user_id = any(asked.agents) and a.levels @> l.levels);
    end if;
    together := '{}';
    foreach chosen in array asked.agents loop
      busy := busy || chosen;
      -- Said with num_nulls, the row is found by its key; else it is looked for among all who are free.
      perform from agents a where a.user_id = chosen
        and a.intent = 'ready' and num_nulls(a.interaction_id, a.unreachable_since) = 2 for update skip locked;
      if found then
        together := together || chosen;
      else
        held := true;
      end if;
      exit when cardinality(together) >= most_at_once;
    end loop;
    continue when together = '{}';

    if lane.strategy = 'round_robin' then
      update agent_queues s set offered_at = clock_timestamp() where s.user_id = together[1] and s.queue_id = lane.queue_id;
    end if;
    past_rank[n] := waiting.rank_at;
    past_id[n] := waiting.id;
    made_ids := made_ids || waiting.id;
    made_agents := made_agents || case when cardinality(together) = 1 then together[1] end;
    made_seconds := made_seconds || lane.offer_seconds;

    others := census[floor];
    others := also_not_asked(others, 'engaged', asked.engaged);
    others := also_not_asked(others, 'skill', asked.skill);
    others := also_not_asked(others, 'held_for_last_agent', asked.held);
    others := also_not_asked(others, 'declined', asked.declined);
    others := also_not_asked(others, 'ranked_lower', nullif(asked.ranked_lower || free[reach + 1 : ends[floor]], '{}'));
    offered := offered || array_fill(waiting.id, array[cardinality(together)]);
    offered_each := offered_each || together;
    decisions := decisions || (case when cardinality(together) = 1 then jsonb_build_object('chosen', together[1])
      else jsonb_build_object('together', together) end || jsonb_build_object(
      'strategy', lane.strategy, 'priority', lane.priority + waiting.priority + waiting.customer_priority,
      'waited', round(extract(epoch from clock_timestamp() - waiting.place_at)::numeric, 1),
      'live', waiting.customer_live_since is not null,
      'step', waiting.skill_step, 'require', lane.require, 'prefer', lane.prefer,
      'considered', asked.options, 'others', others)) || array_fill(null::jsonb, array[cardinality(together) - 1]);
  end loop;

  -- `limit` says to the planner that they are few: each row is found by its key.
  if made_ids <> '{}' then
    update agents a set interaction_id = o.id, state_since = clock_timestamp()
    from (select * from unnest(offered, offered_each) limit most * 10) o(id, agent) where a.user_id = o.agent;
    return query
    with made as (
      update interactions i set state = 'offered', agent_id = o.agent, node_id = node, offered_at = clock_timestamp(),
        offer_expires_at = clock_timestamp() + make_interval(secs => o.seconds),
        proven_at = case when o.agent is not null
          and not exists (select from desktops d where d.user_id = o.agent and d.lost_at is null) then clock_timestamp() end,
        offered_to = case when o.agent is null then array(
          select e.agent from unnest(offered, offered_each) e(id, agent) where e.id = o.id) end,
        offered_present = case when o.agent is null then array(
          select e.agent from unnest(offered, offered_each) e(id, agent) where e.id = o.id
            and not exists (select from desktops d where d.user_id = e.agent and d.lost_at is null)) end
      from (select * from unnest(made_ids, made_agents, made_seconds) with ordinality limit most) o(id, agent, seconds, nth)
      where i.id = o.id
      returning i.id, i.tenant_id, i.queue_id, i.agent_id, i.phone, i.name, i.offer_expires_at, i.proven_at, o.nth
    )
    select m.id, m.tenant_id, m.queue_id, m.agent_id, m.phone, m.name, m.offer_expires_at, m.proven_at, false
    from made m order by m.nth;
    insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
    select i.tenant_id, 'offered', i.id, i.queue_id, o.agent,
      case when o.decision is null then '{}' else jsonb_build_object('decision', o.decision) end
    from (select * from unnest(offered, offered_each, decisions) with ordinality limit most * 10) o(id, agent, decision, nth)
    join interactions i on i.id = o.id order by o.nth;
  end if;
  if held then
    return query select null::uuid, null::uuid, null::uuid, null::uuid, null::text, null::text,
      null::timestamptz, null::timestamptz, true;
  end if;
end $$;

drop function why_not_free(uuid, uuid[]);
