-- Calls in which agents hear themselves: of each the newest.

create table echo_tests (
  tenant_id uuid not null,
  user_id uuid not null,
  id uuid not null default gen_random_uuid(),
  -- by which it is carried; where that is no more, so is the call
  node_id uuid not null,
  state text not null default 'ringing' check (state in ('ringing', 'listening', 'playing', 'done')),
  outcome text check (outcome in ('heard', 'nothing_heard', 'no_answer', 'hung_up', 'interrupted', 'failed')),
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade,
  check ((state = 'done') = (outcome is not null))
);
