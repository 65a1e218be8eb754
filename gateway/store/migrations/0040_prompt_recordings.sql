-- Sounds that a tenant has uploaded in place of those of the house: a prompt, a part of a spoken number, a music.
-- Already converted: WAV, 8 kHz, one channel, 16 bit.

create table prompt_recordings (
  tenant_id uuid not null references tenants,
  pack text not null check (pack in ('en', 'ko', 'music')),
  clip text not null check (clip ~ '^[a-z0-9-]{1,60}$'),
  sound bytea not null,
  -- of the sound, in hex: its name in every cache, so that a file never changes under a media server that plays it
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  duration_ms int not null check (duration_ms >= 0),
  -- dBov, mean of the active parts
  level real not null,
  -- as it was uploaded: {"description": "MP3, 44100 Hz, 2 channels", "active": -14.2, "peak": -0.3}
  original jsonb not null check (jsonb_typeof(original) = 'object'),
  uploaded_by uuid not null,
  uploaded_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, pack, clip),
  foreign key (tenant_id, uploaded_by) references users (tenant_id, id)
);
create index on prompt_recordings (sha256);

-- It is compressed sound or noise to PostgreSQL: no use in trying to make it smaller.
alter table prompt_recordings alter column sound set storage external;
