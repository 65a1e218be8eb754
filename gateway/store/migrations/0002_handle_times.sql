-- The newest handled interactions of a queue: what its average handle time is taken from, with every estimate a
-- visitor is told.
create index interactions_handled on interactions (queue_id, requested_at desc)
  where state = 'done' and bridged_at is not null;
