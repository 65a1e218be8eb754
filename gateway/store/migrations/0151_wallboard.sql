-- What a queue is measured by, and the day of a wallboard.

alter table queues
  -- The service level: the share of those reached within so long of their place in the queue, and the share aimed at.
  add column service_level_seconds int not null default 120 check (service_level_seconds between 1 and 86400),
  add column service_level_percent int not null default 80 check (service_level_percent between 1 and 100);

create index interactions_of_day on interactions (tenant_id, place_at) where part_of is null;
