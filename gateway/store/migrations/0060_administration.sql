-- What administrators change: each row has a version, so that of two who change it at once the second is told, and
-- nothing that history names is deleted.

alter table tenants add column version int not null default 1;
alter table users
  add column disabled_at timestamptz,
  add column version int not null default 1;
alter table sites
  add column disabled_at timestamptz,
  add column version int not null default 1;
alter table tenant_numbers
  add column label text not null default '' check (length(label) <= 80),
  add column version int not null default 1;
alter table opening_hours add column version int not null default 1;
alter table holidays add column version int not null default 1;

-- Lets somebody choose a password once: a new colleague, or one who has forgotten it. Only the hash is kept.
create table invitations (
  tenant_id uuid not null,
  user_id uuid primary key,
  token_hash bytea not null unique,
  expires_at timestamptz not null,
  foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade
);

-- The audit: who changed what, newest first.
create index events_of_administration on events (tenant_id, id desc) where type = 'administered';
