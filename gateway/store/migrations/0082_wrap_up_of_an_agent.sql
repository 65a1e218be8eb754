-- How long an agent's wrap-up is in a queue; null: as long as the queue says.
alter table agent_queues add column wrap_up_seconds int check (wrap_up_seconds between 0 and 3600);
