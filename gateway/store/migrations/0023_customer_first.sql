-- Whom a queue rings first.
alter table queues
  -- the customer is called while an agent is reserved, and the agent is rung when he has answered
  add column customer_first boolean not null default false,
  -- for how long a customer on the line waits for his next agent; then he is called again when there is one
  add column live_wait_seconds int not null default 60 check (live_wait_seconds between 1 and 3600);
