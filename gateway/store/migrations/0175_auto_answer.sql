-- Where a queue says so, the desktop of an agent takes what is offered by itself.

alter table queues add column auto_answer boolean not null default false;
