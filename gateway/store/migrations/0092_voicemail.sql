-- Messages that callers leave, and the mails that tell of them.

alter table tenants
  -- messages are deleted after so many days
  add column voicemail_days int not null default 90 check (voicemail_days between 1 and 3650);

create table voicemails (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  inbound_call_id uuid not null,
  -- the step of the flow at which it was left
  step text not null,
  left_at timestamptz not null default clock_timestamp(),
  duration_ms int not null check (duration_ms > 0),
  -- WAV, 8 kHz, one channel, 16 bit; ten minutes at most
  sound bytea not null check (octet_length(sound) between 45 and 10000000),
  heard_at timestamptz,
  heard_by uuid,
  unique (tenant_id, id),
  foreign key (tenant_id, inbound_call_id) references inbound_calls (tenant_id, id),
  foreign key (tenant_id, heard_by) references users (tenant_id, id),
  check ((heard_at is null) = (heard_by is null))
);
-- the sound is on pages of its own, as it came: it does not get smaller
alter table voicemails alter column sound set storage external;
create index on voicemails (tenant_id, left_at desc, id desc);
create index on voicemails (left_at);

-- Mails to be sent: written in the transaction of what they tell of, and sent by whichever gateway takes them.
create table mails (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  recipients text[] not null check (cardinality(recipients) between 1 and 10),
  subject text not null check (length(subject) between 1 and 300),
  body text not null check (length(body) <= 20000),
  created_at timestamptz not null default clock_timestamp(),
  tries int not null default 0,
  -- null: it is sent, or given up
  next_try_at timestamptz default clock_timestamp(),
  sent_at timestamptz,
  -- why the last try failed
  fault text,
  check (sent_at is null or next_try_at is null)
);
create index mails_due on mails (next_try_at) where next_try_at is not null;
create index on mails (created_at);
