-- Callbacks at a chosen time: the state before waiting, slots with a limited number of seats, and the rules of a queue.

alter table interactions
  -- its place in the queue: the moment of asking, or the slot's beginning; only an outcome rule moves it
  add column place_at timestamptz not null default clock_timestamp(),
  add column priority int not null default 0,
  -- when a scheduled one enters the queue; null: somebody has to say when
  add column due_at timestamptz,
  -- the promised slot; its seat is one of as many as its agents can keep
  add column slot_at timestamptz,
  add column slot_until timestamptz,
  add column slot_seat int,
  -- IANA name, as the visitor's browser said
  add column time_zone text,
  add check ((slot_at is null) = (slot_until is null)),
  add check (slot_seat is null or slot_at is not null);
update interactions set place_at = requested_at;

alter table interactions
  drop constraint interactions_state_check,
  add constraint interactions_state_check
    check (state in ('scheduled', 'waiting', 'offered', 'accepted', 'dialing', 'bridged', 'wrap_up', 'done')),
  drop constraint interactions_check,
  add constraint interactions_agent_check
    check ((state in ('scheduled', 'waiting')) = (agent_id is null) or state = 'done'),
  drop constraint interactions_check1,
  add constraint interactions_outcome_check
    check ((outcome is null) = (state in ('scheduled', 'waiting', 'offered', 'accepted', 'dialing', 'bridged'))),
  add constraint interactions_due_check check (due_at is null or state = 'scheduled');

drop index interactions_one_live;
create unique index interactions_one_live on interactions (tenant_id, site_id, queue_id, phone)
  where state in ('scheduled', 'waiting', 'offered', 'accepted', 'dialing', 'bridged');
drop index interactions_waiting;
create index interactions_waiting on interactions (queue_id, priority desc, place_at, id) where state = 'waiting';
create index interactions_due on interactions (due_at) where state = 'scheduled';
-- Two requests that come at once never get the same seat.
create unique index interactions_one_seat on interactions (queue_id, slot_at, slot_seat)
  where slot_seat is not null and state in ('scheduled', 'waiting', 'offered', 'accepted', 'dialing', 'bridged');

-- What a queue promises to those who ask to be called.
alter table queues
  add column slot_minutes int not null default 30 check (slot_minutes between 5 and 240),
  -- the first slot begins no sooner than this after the asking
  add column slot_lead_minutes int not null default 30 check (slot_lead_minutes between 0 and 10080),
  -- how far ahead is promised; 0: only now
  add column slot_horizon_days int not null default 7 check (slot_horizon_days between 0 and 60),
  -- null: as many as the agents of the queue can keep
  add column slot_capacity int check (slot_capacity between 0 and 10000),
  -- with which a due callback enters the queue; one that asks for now has 0
  add column slot_priority int not null default 10 check (slot_priority between -100 and 100),
  -- the same number for the same site and queue within so long after a request that was kept is the same request
  add column same_request_seconds int not null default 120 check (same_request_seconds between 0 and 86400);
