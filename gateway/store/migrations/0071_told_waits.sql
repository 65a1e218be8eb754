-- What a customer was told of his waiting when he asked, to be compared with what came of it.
create table told_waits (
  interaction_id uuid primary key,
  tenant_id uuid not null,
  queue_id uuid not null,
  told_at timestamptz not null default clock_timestamp(),
  -- the estimate itself, and the range around it
  seconds int not null check (seconds >= 0),
  low_seconds int not null check (low_seconds >= 0),
  high_seconds int not null check (high_seconds >= low_seconds),
  foreign key (tenant_id, interaction_id) references interactions (tenant_id, id) on delete cascade
);
create index on told_waits (queue_id, told_at desc);
create index on told_waits (tenant_id, told_at);
