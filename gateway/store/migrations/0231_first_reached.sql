-- What somebody was told of his waiting is measured by when he was reached first: a transfer, or a talk that was cut off and
-- goes on by another call, moves `bridged_at`.

alter table told_waits add column reached_at timestamptz;

update told_waits w set reached_at = reached.at
from (
  select tenant_id, interaction_id, min(at) as at from events where type = 'bridged' and interaction_id is not null
  group by tenant_id, interaction_id
) reached
where reached.tenant_id = w.tenant_id and reached.interaction_id = w.interaction_id;

create index told_waits_reached on told_waits (queue_id, told_at desc) where reached_at is not null;

create function note_reached() returns trigger language plpgsql as $$
begin
  update told_waits set reached_at = new.bridged_at where interaction_id = new.id and reached_at is null;
  return null;
end $$;
create trigger note_reached after update of bridged_at on interactions for each row
  when (old.bridged_at is null and new.bridged_at is not null) execute function note_reached();
