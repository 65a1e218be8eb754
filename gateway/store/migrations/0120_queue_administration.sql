-- Queues, their outcome rules and the skills of their agents, as administrators keep them.

alter table queues
  -- its history stays; visitors no longer see it
  add column disabled_at timestamptz,
  add column version int not null default 1;

alter table outcome_rules
  add column id uuid not null unique default gen_random_uuid(),
  add column version int not null default 1;

-- What an agent may be good at. A language is a skill too, under its own code: "$locale" of a queue means those.
create table skills (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants on delete cascade,
  key text not null check (key ~ '^[a-z0-9-]{1,40}$'),
  -- locale → name
  name jsonb not null check (jsonb_typeof(name) = 'object'),
  version int not null default 1,
  unique (tenant_id, key)
);

-- Every company speaks the languages that visitors may have.
create function speak_languages() returns trigger language plpgsql as $$
begin
  insert into skills (tenant_id, key, name) values
    (new.id, 'en', '{"en": "English", "ko": "영어"}'), (new.id, 'ko', '{"en": "Korean", "ko": "한국어"}');
  return null;
end $$;
create trigger speak_languages after insert on tenants for each row execute function speak_languages();

insert into skills (tenant_id, key, name)
select id, l.key, l.name from tenants,
  (values ('en', '{"en": "English", "ko": "영어"}'::jsonb), ('ko', '{"en": "Korean", "ko": "한국어"}')) l(key, name);

-- What agents and queues name already, under the names they have there.
insert into skills (tenant_id, key, name)
select tenant_id, key, jsonb_build_object('en', key, 'ko', key) from (
  select tenant_id, jsonb_object_keys(skills) as key from agents
  union
  select q.tenant_id, jsonb_object_keys(coalesce(step -> 'require', '{}')) from queues q, jsonb_array_elements(q.skill_steps) step
  union
  select q.tenant_id, jsonb_array_elements_text(coalesce(step -> 'prefer', '[]')) from queues q, jsonb_array_elements(q.skill_steps) step
) named where key ~ '^[a-z0-9-]{1,40}$'
on conflict do nothing;

-- Which of a company's skills a queue's steps name.
create function skills_named(steps jsonb) returns text[] language sql immutable as $$
  select coalesce(array_agg(distinct named.key), '{}') from jsonb_array_elements(steps) step,
    lateral (select jsonb_object_keys(coalesce(step -> 'require', '{}')) as key
      union select jsonb_array_elements_text(coalesce(step -> 'prefer', '[]'))) named
$$;
