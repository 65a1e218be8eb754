-- Several gateways over one database. Each process is a node with a lease that it renews; what is in progress names
-- the node that serves it. Work whose node is not in this table has no owner: any other node puts it in order.

create table nodes (
  id uuid primary key,
  -- of the place where it runs, the same after a restart: a successor knows by it that the one before is no more
  name text not null unique check (length(name) between 1 and 200),
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now(),
  -- since when it has renewed its lease without a gap: one that was away itself does not judge the others
  steady_since timestamptz not null default now()
);

alter table interactions add column node_id uuid;
alter table legs add column node_id uuid;

-- A notice says who wrote it: the node that made a match possible looks for it at once, the others have time.
create or replace function announce_event() returns trigger language plpgsql as $$
begin
  perform pg_notify('ringbridge', json_build_object(
    'id', new.id, 'type', new.type, 'tenantId', new.tenant_id,
    'interactionId', new.interaction_id, 'queueId', new.queue_id, 'userId', new.user_id,
    'by', current_setting('application_name', true))::text);
  return null;
end $$;
