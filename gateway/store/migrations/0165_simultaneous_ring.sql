-- Simultaneous ring: an interaction is offered to several agents at once, and the first who accepts has it. docs/matching.md
-- tells it in words.

alter table queues
  drop constraint queues_strategy_check,
  add constraint queues_strategy_check
    check (strategy in ('longest_idle', 'fewest_calls', 'best_skill', 'round_robin', 'simultaneous')),
  -- how many agents are rung at once, at most
  add column ring_at_once int not null default 10 check (ring_at_once between 2 and 10);

alter table interactions
  -- Those to whom it is offered at once, as long as nobody has it; who drops out is taken off. Each of them is engaged with it.
  add column offered_to uuid[],
  -- Those of them whose desktops have answered, or who have none.
  add column offered_present uuid[],
  drop constraint interactions_agent_check,
  add constraint interactions_agent_check check (
    state = 'done' or (agent_id is null) = (state in ('scheduled', 'waiting') or offered_to is not null)),
  add constraint interactions_offered_to_check check (offered_to is null or state = 'offered' and cardinality(offered_to) > 0),
  add check ((offered_present is null) = (offered_to is null));

-- Several agents may be engaged with one interaction now, until one of them has it: `agent_id` alone says whose it is.
alter table agents drop constraint agents_interaction_id_key;
create index agents_engaged on agents (interaction_id) where interaction_id is not null;

-- As before (0111), and a queue's strategy may be to ask several at once (`simultaneous`); for less where many are free:
-- docs/decisions/0110-what-a-match-costs.md.
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
-- Costs: one look at the head of each lane whose queue a free agent serves, however many wait in it; further down a lane
-- only past those whom every free agent has declined. The agents who are not free are looked at once for each
-- queue in which something was offered. All events are one statement and one notice.
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
  together uuid[];
  most_at_once int;
  made int := 0;
  held boolean := false;
  census jsonb := '{}';
  others jsonb;
  offered uuid[] := '{}';
  offered_each uuid[] := '{}';
  decisions jsonb[] := '{}';
begin
  perform set_config('synchronous_commit', 'off', true);
  perform pg_advisory_xact_lock(7405260002);
  -- `offset 0` keeps the planner from turning the look at one agent's softphone into a scan of all of them.
  select array_agg(a.user_id) into present from agents a
  where a.intent = 'ready' and a.interaction_id is null and a.unreachable_since is null
    -- His desktops are not all of them about to come back: reconnects(), written out because it is asked of each.
    and (exists (select from desktops d where d.user_id = a.user_id and d.lost_at is null)
      or not exists (select from desktops d where d.user_id = a.user_id))
    and exists (select from registrations r
      where r.tenant_id = a.tenant_id and r.user_id = a.user_id and r.expires_at > now() offset 0);
  if present is null then
    return;
  end if;
  select array_agg(l.id), array_agg(head.rank_at) into lane_ids, heads
  from (select distinct s.queue_id from unnest(present) p(agent) join agent_queues s on s.user_id = p.agent) served
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
      i.last_agent_id, i.held_until > clock_timestamp() as held, i.channel, i.part_of, i.confirming_since into waiting
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
      select q as queue, l.tenant_id, l.queue_id, l.medium, l.require, l.levels, l.prefer, q.strategy, q.ring_at_once, q.customer_first, q.priority,
        q.offer_seconds, make_interval(secs => q.decline_rest_seconds) as rest into lane
      from lanes l join queues q on q.id = l.queue_id where l.id = lane_ids[n];
    end if;

    -- All who were free in the beginning, in the order in which they would be asked, or with the reason why not.
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
      array_agg(agent) filter (where reason = 'capacity') as capacity,
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
            when not takes(a, lane.medium) then 'capacity'
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
    most_at_once := 1;
    if lane.strategy = 'simultaneous' and waiting.part_of is null and waiting.confirming_since is null
      and (waiting.customer_live_since is not null or not lane.customer_first or waiting.channel <> 'callback') then
      -- The first of all, and those who are like the lowest tier of those who have not declined.
      select array_agg(o.agent order by o.nth) into asked.agents from (
        select o.*, rank() over (order by o.again, o.tier) as class
        from unnest(asked.agents, asked.tiers, asked.again) with ordinality o(agent, tier, again, nth)) o
      where o.class = 1 or o.nth = 1;
      select least(lane.ring_at_once, ceil(cardinality(asked.agents)::numeric / count(*))) into most_at_once
      from lanes l cross join lateral (select from interactions i where i.lane_id = l.id and i.state = 'waiting' limit 10) one
      where l.queue_id = lane.queue_id and l.medium = lane.medium and (l.after_hours or is_open(lane.queue))
        and exists (select from agents a where a.user_id = any(asked.agents) and a.levels @> l.levels);
    end if;
    together := '{}';
    foreach chosen in array asked.agents loop
      busy := busy || chosen;
      update agents a set interaction_id = waiting.id, state_since = clock_timestamp()
      -- Said with num_nulls, the row is found by its key; else it is looked for among all who are free.
      from (select from agents l where l.user_id = chosen
        and l.intent = 'ready' and num_nulls(l.interaction_id, l.unreachable_since) = 2 for update skip locked) locked
      where a.user_id = chosen;
      if found then
        together := together || chosen;
      else
        held := true;
      end if;
      exit when cardinality(together) >= most_at_once;
    end loop;
    continue when together = '{}';

    chosen := case when cardinality(together) = 1 then together[1] end;
    update interactions i set state = 'offered', agent_id = chosen, node_id = node, offered_at = clock_timestamp(),
      offer_expires_at = clock_timestamp() + make_interval(secs => lane.offer_seconds),
      proven_at = case when chosen is not null
        and not exists (select from desktops d where d.user_id = chosen and d.lost_at is null) then clock_timestamp() end,
      offered_to = case when chosen is null then together end,
      offered_present = case when chosen is null then array(select u.id from unnest(together) u(id)
        where not exists (select from desktops d where d.user_id = u.id and d.lost_at is null)) end
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
    others := also_not_asked(others, 'capacity', asked.capacity);
    others := also_not_asked(others, 'skill', asked.skill);
    others := also_not_asked(others, 'held_for_last_agent', asked.held);
    others := also_not_asked(others, 'declined', asked.declined);
    others := also_not_asked(others, 'ranked_lower', asked.ranked_lower);
    offered := offered || array_fill(waiting.id, array[cardinality(together)]);
    offered_each := offered_each || together;
    decisions := decisions || (case when chosen is null then jsonb_build_object('together', together)
      else jsonb_build_object('chosen', chosen) end || jsonb_build_object(
      'strategy', lane.strategy, 'priority', lane.priority + waiting.priority + waiting.customer_priority,
      'waited', round(extract(epoch from clock_timestamp() - waiting.place_at)::numeric, 1),
      'live', waiting.customer_live_since is not null,
      'step', waiting.skill_step, 'require', lane.require, 'prefer', lane.prefer,
      'considered', asked.options, 'others', others)) || array_fill(null::jsonb, array[cardinality(together) - 1]);
  end loop;

  if made > 0 then
    insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
    select i.tenant_id, 'offered', i.id, i.queue_id, o.agent,
      case when o.decision is null then '{}' else jsonb_build_object('decision', o.decision) end
    from unnest(offered, offered_each, decisions) with ordinality o(id, agent, decision, nth)
    join interactions i on i.id = o.id order by o.nth;
  end if;
  if held then
    return query select null::uuid, null::uuid, null::uuid, null::uuid, null::text, null::text,
      null::timestamptz, null::timestamptz, true;
  end if;
end $$;
