-- Who is offered what: skills that relax with time, priority that ages, strategies, and the one function that matches,
-- reserves, and says why. docs/matching.md tells it in words.

-- ── What a queue asks for ────────────────────────────────────────────────────────────────────────────────────────────

-- {"ko": 4, "billing": 2}: skill → level 1 to 5
create function is_skill_levels(levels jsonb) returns boolean language sql immutable as $$
  select jsonb_typeof(levels) = 'object' and not exists (
    select from jsonb_each(levels) l
    where l.key !~ '^\$?[a-z0-9-]{1,40}$' or jsonb_typeof(l.value) <> 'number' or l.value::numeric not in (1, 2, 3, 4, 5))
$$;

-- [{"after": 0, "require": {"$locale": 4}, "prefer": ["vip"]}, {"after": 30, "require": {"$locale": 3}}, {"after": 60}]
create function is_skill_steps(steps jsonb) returns boolean language sql immutable as $$
  select jsonb_typeof(steps) = 'array' and jsonb_array_length(steps) <= 10 and not exists (
    select from jsonb_array_elements(steps) with ordinality s(step, n)
    where jsonb_typeof(s.step) <> 'object' or jsonb_typeof(s.step -> 'after') is distinct from 'number'
      or (s.step ->> 'after')::numeric < 0 or (s.n = 1 and (s.step ->> 'after')::numeric <> 0)
      or (s.n > 1 and (s.step ->> 'after')::numeric <= (steps -> (s.n::int - 2) ->> 'after')::numeric)
      or not is_skill_levels(coalesce(s.step -> 'require', '{}'))
      or jsonb_typeof(coalesce(s.step -> 'prefer', '[]')) <> 'array')
$$;

-- {"ko": 2} → {ko:1, ko:2}, {"ko": 4} → {ko:4}: who has the level 4 contains what asks for 4 or less (operator @>).
create function levels_held(skills jsonb) returns text[] language sql immutable as $$
  select coalesce(array_agg(s.key || ':' || n), '{}') from jsonb_each(skills) s, generate_series(1, s.value::int) n
$$;
create function levels_asked(require jsonb) returns text[] language sql immutable as $$
  select coalesce(array_agg(r.key || ':' || (r.value #>> '{}')), '{}') from jsonb_each(require) r
$$;

alter table queues
  add column priority smallint not null default 0 check (priority between -10 and 10),
  -- what one step of priority is worth in waiting: who has waited so much longer goes before one of a step higher
  add column ageing_seconds int not null default 300 check (ageing_seconds between 1 and 86400),
  -- how far ahead of the others of its priority a customer is who is on the line
  add column live_ahead_seconds int not null default 86400 check (live_ahead_seconds between 0 and 604800),
  add column strategy text not null default 'longest_idle'
    check (strategy in ('longest_idle', 'fewest_calls', 'best_skill', 'round_robin')),
  -- what an interaction requires and prefers, and how that relaxes while it waits; "$locale" is the customer's language
  add column skill_steps jsonb not null default '[]' check (is_skill_steps(skill_steps)),
  -- for how many days the agent a customer last talked with is preferred (0: not), and for how long he alone is asked
  add column last_agent_days int not null default 0 check (last_agent_days between 0 and 3650),
  add column last_agent_hold_seconds int not null default 0 check (last_agent_hold_seconds between 0 and 3600),
  -- how often, and by how much, an agent may extend his wrap-up
  add column wrap_up_extensions smallint not null default 2 check (wrap_up_extensions between 0 and 20),
  add column wrap_up_extension_seconds int not null default 60 check (wrap_up_extension_seconds between 1 and 3600),
  -- for how long who has let an offer go by is not asked again for it, even when nobody else is free
  add column decline_rest_seconds int not null default 30 check (decline_rest_seconds between 0 and 3600);

alter table agents
  add column skills jsonb not null default '{}' check (is_skill_levels(skills)),
  add column levels text[] not null generated always as (levels_held(skills)) stored,
  -- ready by his own word, but his desktop did not answer: nothing is offered to him until he says that he is back
  add column unreachable_since timestamptz,
  -- talks begun on the tenant's day `calls_on`, for the strategy fewest_calls
  add column calls int not null default 0,
  add column calls_on date;

alter table agent_queues
  -- the lower tiers are asked first
  add column tier smallint not null default 0 check (tier between 0 and 100),
  add column offered_at timestamptz;

-- Customers who go before others, by their number.
create table customer_priorities (
  tenant_id uuid not null references tenants,
  phone text not null check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  priority smallint not null check (priority between -10 and 10),
  note text,
  primary key (tenant_id, phone)
);

-- The desktops that are open, each at the node its live socket is at: an agent is there as long as one of them is.
create table desktops (
  id uuid primary key,
  tenant_id uuid not null,
  user_id uuid not null,
  node_id uuid not null,
  opened_at timestamptz not null default clock_timestamp(),
  -- as its page said last
  visible boolean not null default true,
  -- whether its page answers; its socket may live on when the page is frozen
  answering boolean not null default true,
  -- since when its socket is gone, or the node it was at
  lost_at timestamptz,
  foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade
);
create index on desktops (user_id);

-- Whether he has had desktops and none of them is connected now: nobody could ask him. Without any he has a telephone.
create function reconnects(agent uuid) returns boolean language sql stable as $$
  select coalesce(bool_and(d.lost_at is not null), false) from desktops d where d.user_id = agent
$$;

-- ── The order of those who wait ──────────────────────────────────────────────────────────────────────────────────────

-- What waits in one queue and asks for the same: within a lane only the order counts, so a match looks at the head of
-- each lane and not at everybody who waits.
create table lanes (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  queue_id uuid not null,
  require jsonb not null check (is_skill_levels(require)),
  levels text[] not null generated always as (levels_asked(require)) stored,
  prefer jsonb not null,
  foreign key (tenant_id, queue_id) references queues (tenant_id, id) on delete cascade,
  unique (queue_id, require, prefer)
);

alter table interactions
  -- the moment since which the customer is on the line
  add column if not exists customer_live_since timestamptz,
  -- on top of its own and the queue's, from customer_priorities
  add column customer_priority smallint not null default 0,
  -- its own steps of skills, in place of the queue's
  add column skills jsonb check (is_skill_steps(skills)),
  add column skill_step smallint not null default 0,
  -- follow from the above; the trigger below keeps them
  add column lane_id bigint references lanes,
  add column rank_at timestamptz,
  add column last_agent_id uuid,
  add column held_until timestamptz,
  add column wrap_up_extensions smallint not null default 0,
  -- when the agent's desktop has answered for this offer; one without a desktop is not asked
  add column proven_at timestamptz,
  -- when time next changes something for it while it waits
  add column wake_at timestamptz;

-- The steps of skills that an interaction goes through.
create function steps_of(i interactions, q queues) returns jsonb language sql immutable as $$
  select case when jsonb_array_length(coalesce(i.skills, q.skill_steps)) > 0 then coalesce(i.skills, q.skill_steps)
    else '[{"after": 0}]' end
$$;

-- What a step requires of an interaction's agent: "$locale" is the customer's language.
create function required_at(i interactions, q queues, step int) returns jsonb language sql immutable as $$
  select case when r.wanted ? '$locale'
    then r.wanted - '$locale' || jsonb_build_object(i.locale, r.wanted -> '$locale') else r.wanted end
  from (select coalesce(steps_of(i, q) -> step -> 'require', '{}') as wanted) r
$$;

-- When time next changes something for an interaction that waits: a step of its skills, the end of a hold, the rest of
-- somebody who declined it.
create function next_wake(i interactions, q queues) returns timestamptz language sql stable as $$
  select least(
    i.place_at + make_interval(secs => (steps_of(i, q) -> (i.skill_step + 1) ->> 'after')::float8),
    case when i.held_until > clock_timestamp() then i.held_until end,
    (select min(d.declined_at) + make_interval(secs => q.decline_rest_seconds) from declined_offers d
      where d.interaction_id = i.id and d.declined_at + make_interval(secs => q.decline_rest_seconds) > clock_timestamp()))
$$;

-- Where an interaction stands. The place is the moment of asking, and a step of priority is worth a time of waiting: so
-- priority ages, and the order between two that wait never changes by the mere passing of time.
create function place_interaction() returns trigger language plpgsql as $$
declare
  q queues;
  wanted jsonb;
  liked jsonb;
begin
  select * into strict q from queues where tenant_id = new.tenant_id and id = new.queue_id;
  if tg_op = 'INSERT' then
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
  wanted := required_at(new, q, new.skill_step);
  liked := coalesce(steps_of(new, q) -> new.skill_step -> 'prefer', '[]');
  select id into new.lane_id from lanes where queue_id = q.id and require = wanted and prefer = liked;
  if new.lane_id is null then
    insert into lanes (tenant_id, queue_id, require, prefer) values (q.tenant_id, q.id, wanted, liked)
    on conflict (queue_id, require, prefer) do update set require = excluded.require returning id into new.lane_id;
  end if;
  new.wake_at := next_wake(new, q);
  return new;
end $$;

create trigger place
  before insert or update of place_at, queue_id, priority, customer_priority, skills, skill_step, customer_live_since on interactions
  for each row execute function place_interaction();

update interactions set place_at = place_at;
alter table interactions alter column rank_at set not null, alter column lane_id set not null;

drop index interactions_waiting;
create index interactions_waiting on interactions (lane_id, rank_at, id) where state = 'waiting';
-- a place in the queue
create index interactions_order on interactions (queue_id, rank_at, id) where state = 'waiting';
create index interactions_wake on interactions (wake_at) where state = 'waiting' and wake_at is not null;
create index interactions_talks on interactions (tenant_id, phone, bridged_at desc) where bridged_at is not null;

-- ── Who is free ──────────────────────────────────────────────────────────────────────────────────────────────────────

-- How good he is at what is required and preferred.
create function skill_score(require jsonb, prefer jsonb, skills jsonb) returns int language sql immutable as $$
  select coalesce(sum((skills ->> s.skill)::int), 0)::int
  from (select jsonb_object_keys(require) union select jsonb_array_elements_text(prefer)) s(skill)
$$;

-- Why this agent: who could be asked in the order of preference, at most ten, and of the others how many for which
-- reason (of several the first that the agent can change), with at most twenty names each. Kept with the offer's event.
create function explain_offer(i interactions, q queues, l lanes, chosen uuid, candidates jsonb, considered uuid[])
returns jsonb language sql stable as $$
  select jsonb_build_object(
    'strategy', q.strategy, 'priority', q.priority + i.priority + i.customer_priority,
    'waited', round(extract(epoch from clock_timestamp() - i.place_at)::numeric, 1),
    'live', i.customer_live_since is not null,
    'step', i.skill_step, 'require', l.require, 'prefer', l.prefer,
    'chosen', chosen, 'considered', candidates,
    'others', coalesce((
      select jsonb_object_agg(reason, jsonb_build_object('count', n, 'agents', agents)) from (
        select reason, count(*) as n, to_jsonb((array_agg(user_id))[1:20]) as agents
        from (
          select a.user_id, case
            when a.intent <> 'ready' then a.intent
            when a.interaction_id is not null then 'engaged'
            when a.unreachable_since is not null then 'unreachable'
            when reconnects(a.user_id) then 'reconnecting'
            when not a.levels @> l.levels then 'skill'
            when i.held_until > clock_timestamp() and a.user_id is distinct from i.last_agent_id then 'held_for_last_agent'
            when exists (select from declined_offers d where d.interaction_id = i.id and d.user_id = a.user_id) then 'declined'
            when not exists (select from registrations r
              where r.tenant_id = a.tenant_id and r.user_id = a.user_id and r.expires_at > now()) then 'no_softphone'
            else 'ranked_lower'
          end as reason
          from agent_queues s join agents a on a.user_id = s.user_id
          where s.queue_id = q.id and not a.user_id = any(considered)) each
        group by reason) grouped), '{}'))
$$;

-- ── The match ────────────────────────────────────────────────────────────────────────────────────────────────────────

-- The agents who could be asked for an interaction now, the best first: who has not declined it, whom the customer
-- last talked with, the lower tier, who is better at what is preferred, then the queue's strategy, then who is idle longest.
-- Who has declined it is asked again only when nobody else is free, and after his rest; while it is held for
-- one agent, only he.
create function candidates_for(i interactions, q queues, l lanes, free uuid[])
returns table (agent uuid, declined timestamptz, last boolean, tier smallint, score int, calls int, idle_since timestamptz)
language sql stable as $$
  select a.user_id, d.declined_at, coalesce(a.user_id = i.last_agent_id, false), s.tier,
    case when q.strategy = 'best_skill' or l.prefer <> '[]' then skill_score(l.require, l.prefer, a.skills) else 0 end as score,
    case when q.strategy = 'fewest_calls' and a.calls_on = (now() at time zone t.time_zone)::date then a.calls else 0 end as calls,
    a.idle_since
  from agents a
  join tenants t on t.id = q.tenant_id
  join agent_queues s on s.user_id = a.user_id and s.queue_id = q.id
  left join declined_offers d on d.interaction_id = i.id and d.user_id = a.user_id
  where a.user_id = any(free) and a.levels @> l.levels
    and (i.held_until is null or i.held_until <= clock_timestamp() or a.user_id = i.last_agent_id)
    and (d.declined_at is null or d.declined_at <= clock_timestamp() - make_interval(secs => q.decline_rest_seconds))
  order by d.declined_at nulls first, 3 desc, s.tier, score desc, calls,
    case when q.strategy = 'round_robin' then s.offered_at end nulls first, a.idle_since
$$;

-- Pairs what waits with who is free, up to `most` pairs, and reserves both: the interaction is offered, served by the
-- node `node`, its agent engaged, its event written with the reasons. Of all that wait and could be served now it
-- takes the one that stands first (rank_at).
--
-- It looks without locks and then locks the two rows of the pair, skipping what another match holds, and looks again
-- without those. So matches that run side by side take different pairs and none waits for another. Where something was
-- skipped a last row says `contended`: whoever holds it may be done without using it, so it has to be looked at again.
--
-- Costs: one look at the head of each lane that a free agent could serve, however many wait in it; further down a lane only
-- past those whom every free agent has declined.
--
-- The commit need not be on disk before it is seen: an offer that a crash of the database loses is an interaction that
-- still waits, and every later step of it is written with a commit that takes this one along.
create function offer_waiting(node uuid, most int) returns table (offer interactions, contended boolean) language plpgsql as $$
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
      join lanes l on l.queue_id = q.id
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
