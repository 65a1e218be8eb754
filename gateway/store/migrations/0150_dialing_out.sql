-- Calls that an agent begins: to a number, or to a colleague.

alter table interactions
  -- the colleague whom an agent calls; his own piece of work is a part of the call
  add column callee_id uuid,
  add foreign key (tenant_id, callee_id) references users (tenant_id, id),
  add check (callee_id is null or channel = 'internal' and part_of is null),
  add check (phone is not null or channel <> 'outbound');
