-- Lines to the telephone network that companies have of their own, beside the operator's files (dialplan/trunks.yaml).
create table tenant_trunks (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  name text not null,
  -- what an entry says of a trunk (gateway/telephony/dialplan/schema.ts), but for its name and its password
  settings jsonb not null,
  -- sealed: gateway/telephony/trunks/password-box.ts
  password bytea,
  -- By this what all gateways know of it is known (trunks.name). It is another one as soon as the trunk leads elsewhere,
  -- is registered otherwise, or comes back into use: faults and contact of the one are not those of the other.
  line uuid not null unique default gen_random_uuid(),
  disabled_at timestamptz,
  version int not null default 1,
  unique (tenant_id, name)
);

-- Whether calls of a company may go over the operator's trunks: after its own, or where it has none.
alter table tenants add column operator_trunks boolean not null default true;
