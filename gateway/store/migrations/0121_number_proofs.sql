-- The proof that a number is a company's own: it was called, six digits were read, and somebody of the company knew them.

create table number_proofs (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  number text not null,
  started_by uuid not null,
  started_at timestamptz not null default clock_timestamp(),
  -- until when the code may be typed in
  expires_at timestamptz not null,
  salt bytea not null default gen_random_uuid()::text::bytea,
  -- SHA-256 of salt and code
  code_hash bytea not null,
  tries_left smallint not null check (tries_left >= 0),
  state text not null default 'calling' check (state in ('calling', 'speaking', 'spoken', 'failed')),
  -- why it was not reached
  outcome text,
  foreign key (tenant_id, number) references tenant_numbers (tenant_id, number) on delete cascade,
  foreign key (tenant_id, started_by) references users (tenant_id, id),
  check ((state = 'failed') = (outcome is not null))
);
create index on number_proofs (tenant_id, number, started_at desc);
-- how often a number was called for it, by whichever company
create index on number_proofs (number, started_at desc);
create index on number_proofs (tenant_id, started_at desc);
