-- What happens to inbound calls: flows, which are files first (dialplan/flows), applied as one set for each company.
-- A set never changes: a call under way keeps the version it began with, and the newest one is for the calls to come.

create table flow_sets (
  tenant_id uuid not null references tenants,
  version int not null check (version > 0),
  applied_at timestamptz not null default clock_timestamp(),
  -- who, in words: it is done at a command line
  applied_by text not null,
  primary key (tenant_id, version)
);

create table flows (
  tenant_id uuid not null,
  version int not null,
  name text not null check (name ~ '^[a-z0-9-]{1,40}$'),
  -- json and not jsonb: the steps keep the order of their file
  definition json not null,
  primary key (tenant_id, version, name),
  foreign key (tenant_id, version) references flow_sets (tenant_id, version)
);

-- Where a number leads: of all companies one, and of its newest set one flow.
create table inbound_numbers (
  number text primary key check (number ~ '^\+[1-9][0-9]{6,14}$'),
  tenant_id uuid not null,
  flow text not null,
  foreign key (tenant_id, number) references tenant_numbers (tenant_id, number)
);
create index on inbound_numbers (tenant_id);

-- A company's own prompts have a text of their own, for screens; those of the house have theirs.
alter table prompt_recordings add column text text check (length(text) <= 500);
